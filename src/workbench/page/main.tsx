/** The workbench's page. */
import { render } from "preact"
import { App } from "./App.tsx"
import { takeToken } from "./client.ts"

const page = document.querySelector("#page")
if (page !== null) render(<App token={takeToken()} />, page)
