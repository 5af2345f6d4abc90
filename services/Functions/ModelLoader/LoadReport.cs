using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Functions.ModelLoader;

/// <summary>What became of an event, for who called and for the log.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Object">The object that the event is about, cut short.</param>
/// <param name="Detail">What that means, for a person.</param>
internal sealed record LoadReport(LoadOutcome Outcome, string Object, string Detail)
{
    private const int MostShown = 200;

    /// <summary>The model; null where the object is none's.</summary>
    public string? Model { get; init; }

    /// <summary>The version; null where the object is none's.</summary>
    public int? Version { get; init; }

    /// <summary>Whether the verdict was written now; false where the same stood already.</summary>
    public bool IsNew { get; init; }

    /// <summary>The codes of what was found.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>Why pods could not be told, so that they learn of it by their own polling; null where they were, or need not be.</summary>
    public string? NotTold { get; init; }

    /// <summary>Whether it has to be asked again.</summary>
    [JsonIgnore]
    public bool IsUnfinished => Outcome == LoadOutcome.RegistryUnread;

    /// <summary>An object's name as it may be shown: anybody who may write into the bucket chose it.</summary>
    internal static string Shown(string name) =>
        string.Concat(name.Take(MostShown).Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (name.Length > MostShown ? "..." : "");

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, LoadJson.Default.LoadReport);
}
