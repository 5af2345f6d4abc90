using System.Globalization;
using ModelServing.Registry;

namespace ModelServing.Jobs.Export;

/// <summary>Puts the file of an export where it was wanted: complete, or not at all.</summary>
internal static class ExportDestination
{
    /// <summary>The start of the keys of all exports in a bucket.</summary>
    internal const string Prefix = "datalake/predictions/";

    private const string Predictions = "predictions";

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file, which must not exist.</param>
    /// <param name="write">Writes the rows into the file of a folder, and returns how many there are.</param>
    /// <param name="unit">What the rows are, for people.</param>
    /// <returns>What was done, for people.</returns>
    /// <exception cref="JobException">The file exists, or its folder does not.</exception>
    internal static async Task<string> ToFileAsync(
        string path, Func<ExportFolder, Task<long>> write, string unit = Predictions)
    {
        path = Path.GetFullPath(path);
        RefuseExisting(path);
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
            throw new JobException(JobExit.WrongInput, $"{path}: the folder {parent} does not exist");
        using var folder = new ExportFolder(parent, Path.GetFileName(path));
        var rows = await write(folder);
        var length = FlushToDisk(folder.File);
        try
        {
            File.Move(folder.File, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            RefuseExisting(path);
        }

        return Describe(path, rows, unit, length);
    }

    /// <summary>Writes an object, unless it exists: then an earlier run of the same job has done the work.</summary>
    /// <param name="store">The bucket.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="write">Writes the rows into the file of a folder, and returns how many there are.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <param name="unit">What the rows are, for people.</param>
    /// <returns>What was done, for people.</returns>
    /// <exception cref="RegistryException">The bucket can't be used.</exception>
    internal static async Task<string> ToObjectAsync(
        IObjectStore store, ObjectKey key, Func<ExportFolder, Task<long>> write, CancellationToken cancellation,
        string unit = Predictions)
    {
        if (await store.FindLengthAsync(key, cancellation) is not null)
            return Kept(store, key);
        using var folder = new ExportFolder(Path.GetTempPath(), "export");
        var rows = await write(folder);
        await using var content = File.OpenRead(folder.File);
        return await store.PutIfAbsentAsync(key, content, content.Length, cancellation)
            ? Describe($"{store.Location}/{key}", rows, unit, content.Length)
            : Kept(store, key);
    }

    /// <summary>The key of one part of an export. Equal ranges give equal keys, so a part that is tried again is found.</summary>
    internal static ObjectKey KeyOf(DateTimeOffset since, DateTimeOffset until, TimeShard shard) => ObjectKey.Parse(string.Create(
        CultureInfo.InvariantCulture,
        $"{Prefix}{Text(since)}-{Text(until)}/part-{shard.Index + 1:D5}-of-{shard.Count:D5}.parquet"));

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Kept(IObjectStore store, ObjectKey key) => $"{store.Location}/{key} exists already, and stays as it is";

    private static string Describe(string place, long rows, string unit, long length) =>
        string.Create(CultureInfo.InvariantCulture, $"{place}: {rows:N0} {unit}, {length:N0} bytes");

    private static void RefuseExisting(string path)
    {
        if (Path.Exists(path))
            throw new JobException(JobExit.WrongInput, $"{path} exists; an export replaces nothing, so choose another name or remove it");
    }

    private static long FlushToDisk(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
        return file.Length;
    }
}
