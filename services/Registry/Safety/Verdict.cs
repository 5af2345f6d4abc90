using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Registry.Safety;

/// <summary>
/// What was found when a version's artifact was checked. It stands beside the artifacts, for people and for <c>ms models</c>; who loads one
/// checks it for himself.
/// </summary>
public sealed record Verdict
{
    /// <summary>The schema that this program writes, and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest verdict, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>The most findings that one holds; others are counted.</summary>
    public const int MaxFindings = 50;

    /// <summary>The schema's number.</summary>
    public required int Schema { get; init; }

    /// <summary>The model.</summary>
    public required ModelName Model { get; init; }

    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The SHA-256 of the manifest's bytes: a verdict about other bytes is none about this version. Empty when the manifest is too
    /// large to be read.</summary>
    public required string ManifestDigest { get; init; }

    /// <summary>Whether it may be loaded.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>The number of the rules that it was held against (<see cref="ArtifactRules.Version"/>).</summary>
    public required int Rules { get; init; }

    /// <summary>What is wrong with it; empty when it is accepted.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>How many further findings there are.</summary>
    public required int MoreFindings { get; init; }

    /// <summary>When this was found first, in UTC.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>The program that found it: <c>ModelLoader</c>, or <c>ms publish</c>.</summary>
    public required string CheckedBy { get; init; }

    /// <summary>The verdict as UTF-8 JSON, indented, with one newline at its end.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, RegistryJson.Default.Verdict), (byte)'\n'];

    /// <summary>Reads a verdict.</summary>
    /// <exception cref="ContractException">It is no JSON, has an unknown schema or member, or a value that can't be one; the message says
    /// where.</exception>
    public static Verdict Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the verdict has {utf8.Length} bytes; at most {MaxBytes} are read");
        var schema = RegistryJson.Read(utf8, RegistryJson.Default.SchemaNumber, "verdict").Schema;
        if (schema != CurrentSchema)
            throw new ContractException($"the verdict has schema {schema}; this program reads schema {CurrentSchema}");
        var verdict = RegistryJson.Read(utf8, RegistryJson.Default.Verdict, "verdict");
        verdict.Check();
        return verdict;
    }

    /// <summary>Whether another check found the same; when and by whom does not count.</summary>
    internal bool IsSameAs(Verdict other) =>
        (Model, Version, ManifestDigest, Outcome, Rules, MoreFindings) == (other.Model, other.Version, other.ManifestDigest, other.Outcome, other.Rules, other.MoreFindings)
        && Findings.SequenceEqual(other.Findings);

    private void Check()
    {
        if (ManifestDigest.Length > 0 && !Sha256Digest.IsOne(ManifestDigest))
            throw new ContractException($"manifestDigest is '{ManifestDigest}'; it has to be 'sha256:' and 64 hexadecimal digits");
        if (!Enum.IsDefined(Outcome))
            throw new ContractException("outcome is neither 'accepted' nor 'refused'");
        if (Findings.Count > MaxFindings || MoreFindings < 0)
            throw new ContractException($"findings are {Findings.Count} and moreFindings {MoreFindings}; at most {MaxFindings} are kept, and the others counted");
        if ((Outcome == Outcome.Accepted) != (Findings.Count == 0))
            throw new ContractException($"outcome is {Outcome} with {Findings.Count} findings; what is refused has one, what is accepted has none");
        if (CheckedAt.Offset != TimeSpan.Zero)
            throw new ContractException($"checkedAt is '{CheckedAt:O}'; it has to be in UTC");
        for (var i = 0; i < Findings.Count; i++)
        {
            if (Findings[i] is not { Code.Length: > 0 and <= 64, Place.Length: <= Finding.MaxPlace, Message.Length: <= Finding.MaxMessage })
                throw new ContractException($"findings[{i}] has no code, or a place or message that is too long");
        }
    }
}
