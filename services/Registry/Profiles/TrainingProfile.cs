using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Registry.Profiles;

/// <summary>How the inputs of a model are distributed in its training table. It is small, whatever the table, and it is part of a
/// version's manifest, so that serving can be compared with it without the table.</summary>
public sealed record TrainingProfile
{
    public const int MostColumns = 500;

    /// <summary>The largest profile, in bytes.</summary>
    public const int MaxBytes = Manifest.MaxBytes;

    // So that no sum overflows.
    internal const long MostRows = 1L << 48;

    /// <summary>The columns, each once.</summary>
    public required IReadOnlyList<ColumnProfile> Columns { get; init; }

    /// <summary>The profile as UTF-8 JSON on one line.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, ProfileJson.Default.TrainingProfile), (byte)'\n'];

    /// <summary>Reads a profile.</summary>
    /// <exception cref="ContractException">The bytes are not JSON of that form. The message says where.</exception>
    public static TrainingProfile Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the profile has {utf8.Length} bytes; at most {MaxBytes} are read");
        var profile = RegistryJson.Read(utf8, RegistryJson.Default.TrainingProfile, "profile");
        profile.Check("");
        return profile;
    }

    /// <summary>The part that is about a model: the columns of its features, and its other inputs.</summary>
    /// <param name="features">The model's features; null for none.</param>
    /// <param name="inputs">The model's inputs.</param>
    /// <exception cref="ContractException">No column is about the model.</exception>
    public TrainingProfile For(ModelFeatures? features, IReadOnlyList<TensorInfo> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var names = inputs.Select(static input => input.Name)
            .Where(name => name != features?.Input)
            .Concat(features?.Columns ?? [])
            .ToHashSet(StringComparer.Ordinal);
        List<ColumnProfile> columns = [.. Columns.Where(column => names.Contains(column.Name))];
        return columns.Count > 0
            ? new TrainingProfile { Columns = columns }
            : throw new ContractException(
                $"the profile has no column of the model; the model has {string.Join(", ", names.Order(StringComparer.Ordinal))}");
    }

    /// <exception cref="ContractException">A column is impossible or there twice.</exception>
    internal void Check(string path)
    {
        if (Columns.Count > MostColumns)
            throw new ContractException($"{path}columns has {Columns.Count} columns; at most {MostColumns} are allowed");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] is not { } column)
                throw new ContractException($"{path}columns[{i}] is null");
            column.Check($"{path}columns[{i}]");
            if (!names.Add(column.Name))
                throw new ContractException($"{path}columns has {column.Name} twice");
        }
    }
}
