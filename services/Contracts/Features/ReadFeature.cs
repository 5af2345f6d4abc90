using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Features;

/// <summary>A feature that was read.</summary>
/// <param name="Name">The feature's name.</param>
/// <param name="Value">Its value; null if it is not a finite number.</param>
/// <param name="Status"><c>present</c>, <c>missing</c> or <c>expired</c>; with the last two, the value is the default.</param>
/// <param name="Bits">The value's 64 bits in hexadecimal digits: of the int64, or of the double.</param>
public sealed record ReadFeature(
    string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Value, string Status, string Bits);
