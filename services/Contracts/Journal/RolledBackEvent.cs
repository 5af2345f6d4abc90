using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A version was condemned: it gets no traffic in any rollout until a person resets it.</summary>
public sealed record RolledBackEvent : JournalEvent
{
    /// <summary>The most bytes of the evidence as JSON.</summary>
    public const int MaxEvidenceBytes = 128 * 1024;

    /// <summary>The most characters of <see cref="Who"/> and <see cref="ResetEvent.Who"/>.</summary>
    public const int MaxWho = 200;

    internal const string KindName = "rolledBack";

    public required ModelVersion Version { get; init; }

    /// <summary>The trial that it ends, from 1.</summary>
    public required int Trial { get; init; }

    /// <summary>The variant of the version at that time.</summary>
    public required string Variant { get; init; }

    public required RollbackReason Reason { get; init; }

    /// <summary>The name of the router, the person or the alarm.</summary>
    public required string Who { get; init; }

    /// <summary>The evidence: a JSON object of at most <see cref="MaxEvidenceBytes"/>, in a form that its writer chooses. Null if there is
    /// only the decision of <see cref="Who"/>.</summary>
    public JsonElement? Evidence { get; init; }

    [JsonIgnore]
    public override string Kind => KindName;

    internal override void Check()
    {
        base.Check();
        RequireTrial(Trial);
        RequireText(Who, "who", MaxWho);
        if (!ModelName.TryParse(Variant, null, out _))
            throw new ContractException($"the event's variant is '{Variant}'; it must be {ModelName.Form}");
        if (!Enum.IsDefined(Reason))
            throw new ContractException($"the event's reason is {Reason}, which is not a reason");
        if (Evidence is not { } evidence)
            return;
        if (evidence.ValueKind != JsonValueKind.Object)
            throw new ContractException("the event's evidence is not a JSON object");
        if (System.Text.Encoding.UTF8.GetByteCount(evidence.GetRawText()) is var bytes and > MaxEvidenceBytes)
            throw new ContractException($"the event's evidence has {bytes} bytes; at most {MaxEvidenceBytes} are read and written");
    }
}
