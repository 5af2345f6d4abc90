using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Journal;

internal sealed record RunEntry(string Variant, int Count);
