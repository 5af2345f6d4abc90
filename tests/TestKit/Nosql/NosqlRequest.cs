using System.Text.Json.Nodes;

namespace ModelServing.TestKit.Nosql;

/// <summary>A request that the emulator got.</summary>
/// <param name="Target">Its target, with its escapes.</param>
/// <param name="Operation">The operation; null for none that is emulated.</param>
public sealed record NosqlRequest(string Target, NosqlOperation? Operation)
{
    /// <summary>The identifier that its answer has.</summary>
    public string RequestId { get; internal set; } = "";

    /// <summary>Its body; null where it was refused before it was read.</summary>
    public JsonObject? Details { get; internal set; }

    /// <summary>Whether the caller left before it had an answer.</summary>
    public bool IsAbandoned { get; internal set; }
}
