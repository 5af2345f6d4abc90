using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A person let a condemned version be tried again.</summary>
public sealed record ResetEvent : JournalEvent
{
    /// <summary>The most characters that <see cref="Why"/> has.</summary>
    public const int MaxWhy = 2000;

    internal const string KindName = "reset";

    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The trial that begins with it: the ended one's number and 1, so from 2.</summary>
    public required int Trial { get; init; }

    /// <summary>Who did.</summary>
    public required string Who { get; init; }

    /// <summary>Why, for whoever reads the history; null where nothing was said.</summary>
    public string? Why { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => KindName;

    internal override void Check()
    {
        base.Check();
        if (Trial < 2)
            throw new ContractException($"the event's trial is {Trial}; the one that begins with a reset is 2 or more");
        RequireText(Who, "who", RolledBackEvent.MaxWho);
        if (Why is not null)
            RequireText(Why, "why", MaxWhy);
    }
}
