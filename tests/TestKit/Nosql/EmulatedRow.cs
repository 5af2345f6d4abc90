using System.Text.Json.Nodes;

namespace ModelServing.TestKit.Nosql;

/// <summary>A row of an <see cref="EmulatedTable"/>.</summary>
internal sealed record EmulatedRow(JsonObject Value, string Version, int Bytes);
