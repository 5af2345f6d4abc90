using System.Text.Json.Nodes;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Nosql;

/// <summary>A request that the emulator received.</summary>
/// <param name="Target">Its target, with its escapes.</param>
/// <param name="Operation">The operation; null if the emulator does not have it.</param>
/// <param name="Table">The table in the path, or an empty string.</param>
public sealed record NosqlRequest(string Target, NosqlOperation? Operation, string Table) : EmulatorRequest<NosqlOperation>(Operation)
{
    /// <summary>The body; null if the request was refused before it was read.</summary>
    public JsonObject? Details { get; internal set; }
}
