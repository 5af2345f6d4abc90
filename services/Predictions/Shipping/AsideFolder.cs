using System.Globalization;
using System.Text;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Predictions.Shipping;

/// <summary>Keeps what the store does not take, with the reason, for a person to look at. It is bounded.</summary>
internal sealed class AsideFolder(string path)
{
    private const int MostFiles = 2000;
    private const long MostBytes = 256L * 1024 * 1024;

    private readonly Lock changing = new();

    /// <summary>The folder in the folder of all spools.</summary>
    internal static string In(string root) => Path.Combine(root, "aside");

    /// <summary>Keeps a record under its key; false if there is no room.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    internal bool Keep(string name, ReadOnlySpan<byte> bytes, string reason)
    {
        lock (changing)
        {
            PrivateFiles.CreateFolder(path);
            var files = new DirectoryInfo(path).GetFiles();
            if (files.Length + 2 > MostFiles || files.Sum(static file => file.Length) + bytes.Length > MostBytes)
                return false;
            // The same name again is the same bytes again, after a crash.
            var file = Path.Combine(
                path,
                string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')));
            AtomicFile.Write(file + ".record", bytes, PrivateFiles.OfFile);
            AtomicFile.Write(file + ".reason", Encoding.UTF8.GetBytes(reason + "\n"), PrivateFiles.OfFile);
            return true;
        }
    }

    /// <summary>How many records and damaged parts are here.</summary>
    internal int Count()
    {
        try
        {
            return Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.reason").Count() : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>A name for a damaged part of a segment.</summary>
    internal static string NameOfDamage(string spool, long segment, int offset) =>
        string.Create(CultureInfo.InvariantCulture, $"damaged-{Path.GetFileName(spool)}-{segment}-{offset}");
}
