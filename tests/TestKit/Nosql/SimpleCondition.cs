using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.TestKit.Nosql;

/// <summary>A condition of a query: a column, an operator of <c>= > &lt;=</c>, and a value.</summary>
internal sealed record SimpleCondition(string Column, string Operator, JsonNode Value)
{
    internal bool IsEqual => Operator == "=";

    internal bool IsAbove => Operator == ">";

    internal bool Holds(JsonObject row) => row[Column] is { } value
        && (IsEqual
            ? JsonNode.DeepEquals(value, Value)
            : value.GetValueKind() == JsonValueKind.Number
                && value.GetValue<long>() > Value.GetValue<long>() == IsAbove);
}
