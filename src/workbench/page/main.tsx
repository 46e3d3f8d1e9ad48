/** The workbench's page. */
import { render } from "preact"

const page = document.querySelector("#page")
if (page !== null) render(<main>hunyuan3d workbench</main>, page)
