using System.Globalization;
using ModelServing.Contracts.Features;
using ModelServing.Registry;

namespace ModelServing.Jobs.Features;

/// <summary>A training table in the object store: its rows, which a person puts there, and the parts of the result beside them.</summary>
internal sealed class TrainingTable
{
    private static readonly string[] Forms = ["rows.parquet", "rows.csv"];

    private readonly string folder;

    private TrainingTable(string folder) => this.folder = folder;

    /// <summary>Names a table.</summary>
    /// <exception cref="JobException">The name can't be a part of a key.</exception>
    internal static TrainingTable Named(string name)
    {
        var folder = $"{TrainingJobSettings.Prefix}{name}/";
        return !name.Contains('/', StringComparison.Ordinal) && ObjectKey.TryParse(folder + Forms[0], out _)
            ? new TrainingTable(folder)
            : throw FeatureJobOptions.Wrong(
                $"--table: '{name}' is not a table's name: letters, digits, '-', '_' and '.', of which the first is not '.'");
    }

    /// <summary>The key of a part.</summary>
    internal ObjectKey Part(EntityShard shard) => ObjectKey.Parse(string.Create(
        CultureInfo.InvariantCulture, $"{folder}part-{shard.Index + 1:D5}-of-{shard.Count:D5}.parquet"));

    /// <summary>Copies the rows into a folder.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="JobException">The table has no rows file.</exception>
    /// <exception cref="RegistryException">The object store fails.</exception>
    internal async Task<string> FetchRowsAsync(IObjectStore store, string target, CancellationToken cancellation)
    {
        foreach (var form in Forms)
        {
            await using var stored = await store.OpenAsync(ObjectKey.Parse(folder + form), cancellation);
            if (stored is null)
                continue;
            var path = Path.Combine(target, form);
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await stored.Content.CopyToAsync(file, cancellation);
            return path;
        }

        throw FeatureJobOptions.Wrong(
            $"{store.Location} has neither {folder}{Forms[0]} nor {folder}{Forms[1]}; put the rows of the table there");
    }
}
