using System.Globalization;

namespace ModelServing.Hosting.Connections;

/// <summary>How many file handles this process may have (RLIMIT_NOFILE). A connection takes one.</summary>
internal static class FileHandles
{
    private const string Path = "/proc/self/limits";
    private const string Name = "Max open files";

    /// <summary>Returns the limit; null if the system does not tell, or has none.</summary>
    internal static long? Limit()
    {
        try
        {
            return Parse(File.ReadLines(Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Finds the limit that holds now, which is the first number of its line. The second one is how far it may be
    /// raised.</summary>
    internal static long? Parse(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith(Name, StringComparison.Ordinal) &&
                long.TryParse(
                    line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var limit))
                return limit;
        }

        return null;
    }
}
