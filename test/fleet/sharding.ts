import * as RunnerAddress from "effect/cluster/RunnerAddress"
import type { ShardingConfig } from "effect/cluster/ShardingConfig"
/** A cluster that notices within a few seconds that a runner has died. */
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"

export const sharding = (port: number, healthCheck: Duration.Input): Partial<ShardingConfig["Service"]> => ({
  runnerAddress: Option.some(RunnerAddress.make("127.0.0.1", port)),
  shardsPerGroup: 24,
  // PostgreSQL frees the locks of a process with its connection. Nothing else of this is to be waited for.
  shardLockRefreshInterval: "3 seconds",
  shardLockExpiration: "15 seconds",
  entityMessagePollInterval: "300 millis",
  refreshAssignmentsInterval: "500 millis",
  runnerHealthCheckInterval: healthCheck,
  entityTerminationTimeout: "300 millis"
})
