using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A person allowed a condemned version to be tried again.</summary>
public sealed record ResetEvent : JournalEvent
{
    /// <summary>The most characters of <see cref="Why"/>.</summary>
    public const int MaxWhy = 2000;

    internal const string KindName = "reset";

    public required ModelVersion Version { get; init; }

    /// <summary>The trial that it starts: the previous trial's number plus 1, so from 2.</summary>
    public required int Trial { get; init; }

    /// <summary>The person.</summary>
    public required string Who { get; init; }

    /// <summary>The reason, for readers of the history; null if none was given.</summary>
    public string? Why { get; init; }

    [JsonIgnore]
    public override string Kind => KindName;

    internal override void Check()
    {
        base.Check();
        if (Trial < 2)
            throw new ContractException($"the event's trial is {Trial}; a trial that a reset starts is 2 or more");
        RequireText(Who, "who", RolledBackEvent.MaxWho);
        if (Why is not null)
            RequireText(Why, "why", MaxWhy);
    }
}
