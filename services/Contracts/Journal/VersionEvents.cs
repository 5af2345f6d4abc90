using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>What condemned a version.</summary>
[JsonConverter(typeof(RollbackReasonJsonConverter))]
public enum RollbackReason
{
    /// <summary>The guard's evidence crossed its threshold.</summary>
    Guard,

    /// <summary>The variant had no ready endpoint for too long.</summary>
    Unreachable,

    /// <summary>A person called for it.</summary>
    Operator,

    /// <summary>An alarm fired.</summary>
    Alarm,
}

/// <summary>Writes a <see cref="RollbackReason"/> as a word, and reads those words alone.</summary>
public sealed class RollbackReasonJsonConverter() : JsonStringEnumConverter<RollbackReason>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>A version is condemned: it gets no traffic in any rollout until a person resets it.</summary>
public sealed record RolledBackEvent : JournalEvent
{
    /// <summary>The most bytes that the evidence has as JSON.</summary>
    public const int MaxEvidenceBytes = 128 * 1024;

    /// <summary>The most characters that <see cref="Who"/> and <see cref="ResetEvent.Who"/> have.</summary>
    public const int MaxWho = 200;

    internal const string KindName = "rolledBack";

    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The attempt that ends with it, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The variant that the version was.</summary>
    public required string Variant { get; init; }

    /// <summary>What condemned it.</summary>
    public required RollbackReason Reason { get; init; }

    /// <summary>Who did: a router's name, a person's, an alarm's.</summary>
    public required string Who { get; init; }

    /// <summary>What the verdict rests on: a JSON object of at most <see cref="MaxEvidenceBytes"/> whose form is its writer's own. Null
    /// where there is nothing but the word of <see cref="Who"/>.</summary>
    public JsonElement? Evidence { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => KindName;

    internal override void Check()
    {
        base.Check();
        RequireAttempt(Attempt);
        RequireText(Who, "who", MaxWho);
        if (!ModelName.TryParse(Variant, null, out _))
            throw new ContractException($"the event's variant is '{Variant}'; it has to be {ModelName.Form}");
        if (!Enum.IsDefined(Reason))
            throw new ContractException($"the event's reason is {Reason}, which is none");
        if (Evidence is not { } evidence)
            return;
        if (evidence.ValueKind != JsonValueKind.Object)
            throw new ContractException("the event's evidence is no JSON object");
        if (System.Text.Encoding.UTF8.GetByteCount(evidence.GetRawText()) is var bytes and > MaxEvidenceBytes)
            throw new ContractException($"the event's evidence has {bytes} bytes; at most {MaxEvidenceBytes} are read and written");
    }
}

/// <summary>A person let a condemned version be tried again.</summary>
public sealed record ResetEvent : JournalEvent
{
    /// <summary>The most characters that <see cref="Why"/> has.</summary>
    public const int MaxWhy = 2000;

    internal const string KindName = "reset";

    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The attempt that begins with it: the ended one's number and 1, so from 2.</summary>
    public required int Attempt { get; init; }

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
        if (Attempt < 2)
            throw new ContractException($"the event's attempt is {Attempt}; the one that begins with a reset is 2 or more");
        RequireText(Who, "who", RolledBackEvent.MaxWho);
        if (Why is not null)
            RequireText(Why, "why", MaxWhy);
    }
}
