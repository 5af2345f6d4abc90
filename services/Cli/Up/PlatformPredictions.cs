using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Reliability;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Up;

/// <summary>The prediction log of a platform on this machine: one SQLite file, and one folder for the spools of all hosts. A host takes
/// over the spool of one that was killed, whichever it was.</summary>
internal sealed class PlatformPredictions
{
    private const int KeyBytes = 32;

    private readonly StackSettings stack;
    private readonly string store;
    private readonly string spool;
    private readonly string key;

    /// <summary>Makes the settings. A first platform in a folder also makes its key for hashes.</summary>
    /// <exception cref="IOException">The key's file can't be read or written.</exception>
    internal PlatformPredictions(PlatformSettings settings)
    {
        stack = settings.Stack;
        store = HostSources.Sqlite(PlatformFiles.PredictionsIn(settings.StateFolder));
        spool = Path.Combine(settings.StateFolder, "spool");
        key = KeyIn(Path.Combine(settings.StateFolder, "predictions.key"));
    }

    /// <summary>The log's settings for the router; null if nothing is recorded.</summary>
    internal PredictionLogSettings? OfRouter => WithKey(PredictionLogMaker.ForRouter(stack, store, spool));

    /// <summary>The log's settings for a model's versions; null if nothing is recorded.</summary>
    internal PredictionLogSettings? OfVersion(ModelName model) => WithKey(PredictionLogMaker.ForVersion(stack, model, store, spool));

    private PredictionLogSettings? WithKey(PredictionLogSettings? settings) =>
        settings is null || settings.HashKey is not null ? settings : settings with { HashKey = key };

    private static string KeyIn(string path)
    {
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: 2 * KeyBytes } kept && kept.All(char.IsAsciiHexDigit))
            return kept;
        var created = RandomNumberGenerator.GetHexString(2 * KeyBytes, lowercase: true);
        AtomicFile.Write(path, Encoding.ASCII.GetBytes(created + "\n"), PrivateFiles.OfFile);
        return created;
    }
}
