using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;

namespace ModelServing.Router.Rollouts;

internal sealed record RecordedVerdict(string Summary, GuardVerdict Verdict);
