using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>
/// One entry of the journal: what happened to a model's rollout, and when. The events of a model are numbered from 1 without a gap, and are
/// never changed or deleted.
/// </summary>
/// <remarks>
/// The creator of an event leaves <see cref="Seq"/> alone: the journal assigns the next number when it appends the event. To add a kind:
/// add a record beside this one, a <see cref="JsonDerivedTypeAttribute"/> and an entry of <see cref="Kinds"/> here, its meaning in
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
    /// <summary>The only schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The most bytes of an event as JSON: half the limit of a NoSQL row.</summary>
    public const int MaxBytes = 256 * 1024;

    private const string KindMember = "kind";

    private static readonly string[] Kinds =
    [
        AppliedEvent.KindName, StartedEvent.KindName, WeightMovedEvent.KindName, PromotedEvent.KindName, RefusedEvent.KindName,
        RolledBackEvent.KindName, ResetEvent.KindName,
    ];

    [JsonRequired]
    public int Schema { get; init; } = CurrentSchema;

    public required ModelName Model { get; init; }

    /// <summary>The event's number among those of its model, from 1; 0 until it is appended.</summary>
    [JsonRequired]
    public long Seq { get; init; }

    /// <summary>When it happened, in UTC. A rollback may be written much later, if the journal was unavailable.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The event's own identifier (UUID version 7), by which a writer finds its event after a lost answer.</summary>
    [JsonRequired]
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The kind of event, as in its JSON.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>The event as UTF-8 JSON on one line.</summary>
    /// <exception cref="ContractException">A member has a wrong value, or the event is larger than <see cref="MaxBytes"/>.</exception>
    public byte[] ToUtf8()
    {
        Check();
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(this, ContractsJson.Compact.JournalEvent);
        RequireSize(utf8.Length);
        return utf8;
    }

    /// <exception cref="ContractException">It is not JSON, has an unknown schema, kind or member, or breaks a rule of its kind; the message
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

    /// <exception cref="ContractException">A member has a wrong value.</exception>
    internal virtual void Check()
    {
        if (Seq < 1)
            throw new ContractException($"the event's seq is {Seq}; it must be 1 or more");
        if (Time.Offset != TimeSpan.Zero)
            throw new ContractException($"the event's time is {Time:O}; it must be in UTC");
        if (Id == Guid.Empty)
            throw new ContractException("the event's id is empty");
    }

    private protected static void RequireTrial(int trial)
    {
        if (trial < 1)
            throw new ContractException($"the event's trial is {trial}; it must be 1 or more");
    }

    private protected static void RequireText(string text, string member, int most)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > most)
            throw new ContractException(
                $"the event's {member} has {text.Length} characters; it must have 1 to {most}, and not only spaces");
    }

    private static void RequireSize(int bytes)
    {
        if (bytes > MaxBytes)
            throw new ContractException($"the event has {bytes} bytes; at most {MaxBytes} are read and written");
    }

    // The serializer's own errors for a missing or unknown kind speak of its implementation.
    private static void RequireKind(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        using var document = JsonDocument.ParseValue(ref reader);
        var kind = document.RootElement.TryGetProperty(KindMember, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
        if (!Kinds.Contains(kind))
            throw new ContractException(
                $"the event has {(kind is null ? "no kind" : $"the kind '{kind}'")}; this program knows {string.Join(", ", Kinds)}");
    }
}
