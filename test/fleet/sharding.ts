/** A cluster that notices within a second or two that a runner has died. */
import { Option } from "effect"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import type { ShardingConfig } from "effect/cluster/ShardingConfig"

export const sharding = (port: number): Partial<ShardingConfig["Service"]> => ({
  runnerAddress: Option.some(RunnerAddress.make("127.0.0.1", port)),
  shardsPerGroup: 24,
  // PostgreSQL frees the locks of a process with its connection. Nothing else of this is to be waited for.
  shardLockRefreshInterval: "3 seconds",
  shardLockExpiration: "15 seconds",
  entityMessagePollInterval: "500 millis",
  refreshAssignmentsInterval: "500 millis",
  runnerHealthCheckInterval: "1 second",
  entityTerminationTimeout: "3 seconds"
})
