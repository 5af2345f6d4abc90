using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Functions.ModelLoader;

/// <summary>The result for an event, for the caller and for the log.</summary>
/// <param name="Outcome">The kind of result.</param>
/// <param name="Object">The object that the event is about; a long name is cut.</param>
/// <param name="Detail">The explanation, for people.</param>
internal sealed record LoadReport(LoadOutcome Outcome, string Object, string Detail)
{
    private const int MostShown = 200;

    /// <summary>The model; null if the object is not a manifest.</summary>
    public string? Model { get; init; }

    /// <summary>The version; null if the object is not a manifest.</summary>
    public int? Version { get; init; }

    /// <summary>Whether this call wrote the verdict; false if the same verdict existed already.</summary>
    public bool IsNew { get; init; }

    /// <summary>The codes of the findings.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>Why it was not announced to pods, which then find the artifact when they next look; null if it was, or need not
    /// be.</summary>
    public string? NotTold { get; init; }

    /// <summary>Whether the event must be sent again.</summary>
    [JsonIgnore]
    public bool IsUnfinished => Outcome == LoadOutcome.RegistryUnread;

    /// <summary>An object's name made safe for logs and answers: any writer of the bucket may have chosen it.</summary>
    internal static string Shown(string name) =>
        string.Concat(name.Take(MostShown)
            .Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (name.Length > MostShown ? "..." : "");

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, LoadJson.Default.LoadReport);
}
