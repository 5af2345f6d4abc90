using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

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

    /// <summary>The trial that ends with it, from 1.</summary>
    public required int Trial { get; init; }

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
        RequireTrial(Trial);
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
