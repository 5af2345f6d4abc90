using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>How all rollouts stand, as one router sees them.</summary>
public sealed record RolloutsStatus
{
    /// <summary>The router that answers: its incarnation, which a restart changes.</summary>
    public required string Router { get; init; }

    /// <summary>What the router knows of the journal.</summary>
    public required JournalReach Journal { get; init; }

    /// <summary>Whether the router reaches the other routers by the cache; null where none is configured.</summary>
    public bool? CacheReached { get; init; }

    /// <summary>The models of the plan, in their order.</summary>
    public required IReadOnlyList<ModelStatus> Models { get; init; }

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RolloutsStatus);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static RolloutsStatus Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.RolloutsStatus, "status");
}

/// <summary>What a router knows of the journal.</summary>
[JsonConverter(typeof(WordJsonConverter<JournalReach>))]
public enum JournalReach
{
    /// <summary>It was read a moment ago.</summary>
    Read,

    /// <summary>It was read once, or a snapshot of it is there, and is away now: what was condemned before is known.</summary>
    Away,

    /// <summary>It was never read and there is no snapshot: nothing but stable gets traffic.</summary>
    Unread,
}

/// <summary>What a model's rollout is in.</summary>
[JsonConverter(typeof(WordJsonConverter<RolloutCondition>))]
public enum RolloutCondition
{
    /// <summary>The plan's rollout is served.</summary>
    Serving,

    /// <summary>The plan's rollout is refused, for its stable version is condemned: the last good one is served.</summary>
    Refused,

    /// <summary>The plan's rollout is refused and no good one is known: the model answers 503 <c>condemned-stable</c>.</summary>
    CondemnedStable,

    /// <summary>The journal was never read: only stable is served.</summary>
    JournalUnread,
}

/// <summary>How one model's rollout stands.</summary>
public sealed record ModelStatus
{
    /// <summary>The model.</summary>
    public required ModelName Model { get; init; }

    /// <summary>What it is in.</summary>
    public required RolloutCondition Condition { get; init; }

    /// <summary>The revision of the rollout that is served; null where none is.</summary>
    public string? Revision { get; init; }

    /// <summary>The experiment that is served; null for none.</summary>
    public string? Experiment { get; init; }

    /// <summary>The variants of the rollout that is served, stable first.</summary>
    public required IReadOnlyList<VariantStatus> Variants { get; init; }

    /// <summary>The versions that are kept ready without traffic.</summary>
    public IReadOnlyList<KeptVersionStatus> KeptWarm { get; init; } = [];

    /// <summary>Every version that is condemned, whether the plan names it or not.</summary>
    public IReadOnlyList<CondemnedVersion> Condemned { get; init; } = [];

    /// <summary>The number of the last event of the journal that the router knows; 0 for none.</summary>
    public required long LastSeq { get; init; }

    /// <summary>Why what comes after that can't be read although the journal answers: an event of this model is damaged. Null where
    /// it can.</summary>
    public string? JournalFault { get; init; }

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ModelStatus);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static ModelStatus Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.ModelStatus, "status");
}

/// <summary>How a variant stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Attempt">How often the version has been tried, from 1.</param>
/// <param name="PlannedWeight">The buckets that its rollout gives it, of <see cref="PlanDocument.Buckets"/>.</param>
/// <param name="ServedWeight">The buckets that it has.</param>
/// <param name="Endpoints">How many endpoints of it there are.</param>
/// <param name="ReadyEndpoints">How many of them are ready.</param>
/// <param name="Guard">How the guard sees it; null for stable and for what gets no traffic.</param>
public sealed record VariantStatus(string Name, ModelVersion Version, int Attempt, int PlannedWeight, int ServedWeight, int Endpoints, int ReadyEndpoints, GuardStatus? Guard = null);

/// <summary>How the guard sees a variant.</summary>
/// <param name="Since">When the version's attempt began.</param>
/// <param name="Minute">The minute that it is in, from 1.</param>
/// <param name="Scope">What is counted: <c>sum</c> over all routers, or <c>local</c> where the cache is away.</param>
/// <param name="Readings">How each kind stands.</param>
/// <param name="Blind">Why the guard can't condemn as things are; null when it can.</param>
public sealed record GuardStatus(DateTimeOffset Since, int Minute, string Scope, IReadOnlyList<KindStatus> Readings, string? Blind = null);

/// <summary>How a kind of failure stands.</summary>
/// <param name="Kind">The kind: <c>error</c>, <c>slow</c>, <c>nonFinite</c>, <c>maxErrorRate</c>.</param>
/// <param name="Evidence">The evidence.</param>
/// <param name="Threshold">The evidence that condemns.</param>
/// <param name="Failures">The variant's failures since its attempt began.</param>
/// <param name="Others">Stable's; of <c>maxErrorRate</c> the variant's other first attempts.</param>
public sealed record KindStatus(string Kind, double Evidence, double Threshold, long Failures, long Others);

/// <summary>A version that is kept ready without traffic.</summary>
/// <param name="Version">The version.</param>
/// <param name="ReadyEndpoints">How many endpoints of it are ready.</param>
public sealed record KeptVersionStatus(ModelVersion Version, int ReadyEndpoints);

/// <summary>A version that gets no traffic until a person resets it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Attempt">The attempt that was ended, from 1.</param>
/// <param name="Time">When.</param>
/// <param name="Reason">What condemned it, as in the journal's event.</param>
/// <param name="Who">Who did.</param>
/// <param name="Summary">What it rests on, in one line; null where there is nothing but the word of <paramref name="Who"/>.</param>
public sealed record CondemnedVersion(ModelVersion Version, int Attempt, DateTimeOffset Time, string Reason, string Who, string? Summary = null);

/// <summary>A person condemns a version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Who">The person, as the journal shows it.</param>
/// <param name="Why">Why.</param>
/// <param name="Force">Condemn the stable version even where no kept version is ready to take over.</param>
public sealed record RollbackRequest(ModelVersion Version, string Who, string Why, bool Force = false)
{
    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RollbackRequest);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static RollbackRequest Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.RollbackRequest, "request");
}

/// <summary>A person lets a condemned version be tried again.</summary>
/// <param name="Version">The version.</param>
/// <param name="Who">The person, as the journal shows it.</param>
/// <param name="Why">Why.</param>
public sealed record ResetRequest(ModelVersion Version, string Who, string Why)
{
    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ResetRequest);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static ResetRequest Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.ResetRequest, "request");
}

/// <summary>Writes an enumeration's value as a word in camelCase, and reads those words alone.</summary>
internal sealed class WordJsonConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
