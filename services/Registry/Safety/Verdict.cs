using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts;

namespace ModelServing.Registry.Safety;

/// <summary>
/// The recorded result of checking a version's artifact. It is stored beside the artifacts, for people and for <c>ms models</c>. A program
/// that loads an artifact checks it itself.
/// </summary>
public sealed record Verdict
{
    /// <summary>The schema that this program writes and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest verdict, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>The maximum number of findings in a verdict; further ones are only counted.</summary>
    public const int MaxFindings = 50;

    public required int Schema { get; init; }

    public required ModelName Model { get; init; }

    public required ModelVersion Version { get; init; }

    /// <summary>The SHA-256 of the manifest's bytes: a verdict about other bytes does not apply to the version. Empty if the manifest is
    /// too large to read.</summary>
    public required string ManifestDigest { get; init; }

    /// <summary>Whether the artifact may be loaded.</summary>
    public required VerdictOutcome Outcome { get; init; }

    /// <summary>The version of the rules that the check applied (<see cref="ArtifactRules.Version"/>).</summary>
    public required int Rules { get; init; }

    /// <summary>Everything that is wrong with the artifact; empty if it is accepted.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The number of further findings, which are only counted.</summary>
    public required int MoreFindings { get; init; }

    /// <summary>Why there was no first run, so that nothing is known about that; null if there was one, or need not be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Untried { get; init; }

    /// <summary>When a check first gave this result, in UTC.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>The program that checked the artifact: <c>ModelLoader</c>, or <c>ms publish</c>.</summary>
    public required string CheckedBy { get; init; }

    /// <summary>The verdict as UTF-8 JSON, indented, with one newline at its end.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, RegistryJson.Default.Verdict), (byte)'\n'];

    /// <summary>Reads a verdict.</summary>
    /// <exception cref="ContractException">The bytes are not JSON, or have an unknown schema, an unknown member or an invalid value. The
    /// message says where.</exception>
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

    /// <summary>Whether another check had the same result. The time and the checking program do not matter.</summary>
    internal bool IsSameAs(Verdict other) =>
        (Model, Version, ManifestDigest) == (other.Model, other.Version, other.ManifestDigest)
        && (Outcome, Rules, MoreFindings, Untried) == (other.Outcome, other.Rules, other.MoreFindings, other.Untried)
        && Findings.SequenceEqual(other.Findings);

    private void Check()
    {
        if (ManifestDigest.Length > 0 && !Sha256Digest.IsValid(ManifestDigest))
            throw new ContractException($"manifestDigest is '{ManifestDigest}'; it must be 'sha256:' and 64 hexadecimal digits");
        if (!Enum.IsDefined(Outcome))
            throw new ContractException("outcome is neither 'accepted' nor 'refused'");
        if (Findings.Count > MaxFindings || MoreFindings < 0)
        {
            throw new ContractException(
                $"there are {Findings.Count} findings and moreFindings is {MoreFindings}; " +
                $"at most {MaxFindings} findings are kept, and moreFindings is at least 0");
        }

        if ((Outcome == VerdictOutcome.Accepted) != (Findings.Count == 0))
            throw new ContractException($"outcome is {Outcome} with {Findings.Count} findings; only a refused artifact has findings");
        if (CheckedAt.Offset != TimeSpan.Zero)
            throw new ContractException($"checkedAt is '{CheckedAt:O}'; it must be in UTC");
        if (Untried?.Length > Finding.MaxMessage)
            throw new ContractException($"untried has more than {Finding.MaxMessage} characters");
        for (var i = 0; i < Findings.Count; i++)
        {
            if (Findings[i] is not { Code.Length: > 0 and <= 64, Place.Length: <= Finding.MaxPlace, Message.Length: <= Finding.MaxMessage })
                throw new ContractException($"findings[{i}] has no code, or a code, place or message that is too long");
        }
    }
}
