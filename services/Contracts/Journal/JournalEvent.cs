using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>
/// One entry of the journal: what became of a model's rollout, and when. The events of a model are numbered from 1 without a gap, and
/// none is ever changed or deleted.
/// </summary>
/// <remarks>
/// Who makes one leaves <see cref="Seq"/> alone: the journal gives it the next number when it is appended.
/// To add a kind: a record below, a <see cref="JsonDerivedTypeAttribute"/> and an entry of <see cref="Kinds"/> here, its meaning in
/// <c>JournalState</c> (services/Rollout), and its fact in <c>JournalFact</c> (services/Journal).
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = KindMember)]
[JsonDerivedType(typeof(AppliedEvent), AppliedEvent.KindName)]
[JsonDerivedType(typeof(StartedEvent), StartedEvent.KindName)]
[JsonDerivedType(typeof(WeightMovedEvent), WeightMovedEvent.KindName)]
[JsonDerivedType(typeof(PromotedEvent), PromotedEvent.KindName)]
[JsonDerivedType(typeof(RefusedEvent), RefusedEvent.KindName)]
[JsonDerivedType(typeof(RolledBackEvent), RolledBackEvent.KindName)]
[JsonDerivedType(typeof(ResetEvent), ResetEvent.KindName)]
public abstract record JournalEvent
{
    /// <summary>The schema that this program writes, and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The most bytes that an event has as JSON: half of what a row of NoSQL may have.</summary>
    public const int MaxBytes = 256 * 1024;

    private const string KindMember = "kind";

    private static readonly string[] Kinds =
    [
        AppliedEvent.KindName, StartedEvent.KindName, WeightMovedEvent.KindName, PromotedEvent.KindName, RefusedEvent.KindName,
        RolledBackEvent.KindName, ResetEvent.KindName,
    ];

    /// <summary>The schema's number.</summary>
    [JsonRequired]
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The model.</summary>
    public required ModelName Model { get; init; }

    /// <summary>The event's number among those of its model, from 1; 0 in one that was not appended yet.</summary>
    [JsonRequired]
    public long Seq { get; init; }

    /// <summary>When it happened, in UTC. Not when it was written: a rollback may be written long after, when the journal was away.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The event's own identifier (UUID version 7). By it a writer whose answer was lost finds what he wrote.</summary>
    [JsonRequired]
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>What kind of event it is, as it stands in JSON.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>The event as UTF-8 JSON on one line.</summary>
    /// <exception cref="ContractException">A member has a value that it can't have, or all of it is larger than <see cref="MaxBytes"/>.</exception>
    public byte[] ToUtf8()
    {
        Check();
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(this, ContractsJson.Compact.JournalEvent);
        RequireSize(utf8.Length);
        return utf8;
    }

    /// <summary>Reads an event.</summary>
    /// <exception cref="ContractException">It is no JSON, has an unknown schema, kind or member, or breaks a rule of its kind; the message
    /// says where.</exception>
    public static JournalEvent Parse(ReadOnlySpan<byte> utf8)
    {
        RequireSize(utf8.Length);
        ContractsJson.RequireSchema(utf8, CurrentSchema, "event");
        RequireKind(utf8);
        var read = ContractsJson.Read(utf8, ContractsJson.Compact.JournalEvent, "event");
        read.Check();
        return read;
    }

    /// <summary>Holds the members against their bounds.</summary>
    /// <exception cref="ContractException">One is out of them.</exception>
    internal virtual void Check()
    {
        if (Seq < 1)
            throw new ContractException($"the event's seq is {Seq}; it has to be 1 or more");
        if (Time.Offset != TimeSpan.Zero)
            throw new ContractException($"the event's time is {Time:O}; it has to be in UTC");
        if (Id == Guid.Empty)
            throw new ContractException("the event's id is empty");
    }

    private protected static void RequireTrial(int trial)
    {
        if (trial < 1)
            throw new ContractException($"the event's trial is {trial}; it has to be 1 or more");
    }

    private protected static void RequireText(string text, string member, int most)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > most)
            throw new ContractException($"the event's {member} has {text.Length} characters; it has to have 1 to {most}, and not only spaces");
    }

    private static void RequireSize(int bytes)
    {
        if (bytes > MaxBytes)
            throw new ContractException($"the event has {bytes} bytes; at most {MaxBytes} are read and written");
    }

    // The reader's own words for a missing or unknown kind are those of its implementation.
    private static void RequireKind(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        using var document = JsonDocument.ParseValue(ref reader);
        var kind = document.RootElement.TryGetProperty(KindMember, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (!Kinds.Contains(kind))
            throw new ContractException($"the event has {(kind is null ? "no kind" : $"the kind '{kind}'")}; this program knows {string.Join(", ", Kinds)}");
    }
}
