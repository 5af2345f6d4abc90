using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.TestKit.Nosql;

/// <summary>A condition of a query.</summary>
internal sealed record SimpleCondition(string Column, bool IsAbove, JsonNode Value)
{
    internal bool Holds(JsonObject row) => row[Column] is { } value
        && (IsAbove
            ? value.GetValueKind() == JsonValueKind.Number && value.GetValue<long>() > Value.GetValue<long>()
            : JsonNode.DeepEquals(value, Value));
}
