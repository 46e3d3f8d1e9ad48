import * as Context from "effect/Context"

/** Whether what is sent now is to get credentials. Its answer holds secrets, so nobody keeps it. */
export const IsSecretRequest = Context.Reference<boolean>("effect-hunyuan3d/internal/IsSecretRequest", {
  defaultValue: () => false
})
