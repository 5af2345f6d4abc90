using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Cli.Up;

/// <summary>
/// The files that the router follows. Each is replaced by rename, so a reader always sees a whole file. If both change, the endpoints come
/// first, because a plan must not be used with endpoints older than itself. Only their owner may read them.
/// </summary>
internal sealed class PlatformFiles(string folder, Terminal terminal)
{
    private readonly Lock gate = new();
    private readonly Dictionary<object, IReadOnlyList<EndpointEntry>> ready = [];
    private Func<EndpointEntry, EndpointEntry> rewrite = static entry => entry;

    internal string PlanPath { get; } = Path.Combine(folder, "plan.json");

    internal string EndpointsPath { get; } = Path.Combine(folder, "endpoints.json");

    internal string ClientsPath { get; } = Path.Combine(folder, "clients.json");

    internal string OperatorKeyPath { get; } = OperatorKeyIn(folder);

    /// <summary>The journal. It outlives the platform, because a condemned version stays condemned.</summary>
    internal string JournalPath { get; } = JournalIn(folder);

    internal string SnapshotPath { get; } = Path.Combine(folder, "journal.snapshot");

    internal string AdminAddressPath { get; } = AdminAddressIn(folder);

    /// <summary>The journal of a platform in this folder.</summary>
    internal static string JournalIn(string folder) => Path.Combine(folder, "journal.db");

    /// <summary>The file with the address of the router's admin API, for a platform in this folder.</summary>
    internal static string AdminAddressIn(string folder) => Path.Combine(folder, "admin.address");

    /// <summary>The file with the key of this machine's operator, for a platform in this folder.</summary>
    internal static string OperatorKeyIn(string folder) => Path.Combine(folder, "operator.key");

    /// <summary>The file with the address of the feature server, for a platform in this folder.</summary>
    internal static string FeaturesAddressIn(string folder) => Path.Combine(folder, "features.address");

    /// <summary>The file with the address and the password of the cache, for a platform in this folder. The jobs of the feature store use
    /// it.</summary>
    internal static string CacheIn(string folder) => Path.Combine(folder, "cache.address");

    /// <summary>The folder of the event log, for a platform in this folder. It outlives the platform: the cache is filled from
    /// it.</summary>
    internal static string EventsIn(string folder) => Path.Combine(folder, "events");

    /// <summary>The folder of the access logs of all hosts, for a platform in this folder.</summary>
    internal static string AccessIn(string folder) => Path.Combine(folder, "access");

    /// <summary>The registry of a demo in this folder.</summary>
    internal static string RegistryIn(string folder) => Path.Combine(folder, "registry");

    /// <summary>The file with the prediction log, for a platform in this folder.</summary>
    internal static string PredictionsIn(string folder) => Path.Combine(folder, "predictions.db");

    internal void WriteClients(ClientsDocument clients) => Replace(ClientsPath, clients.ToUtf8());

    internal void WriteOperatorKey(string key) => Replace(OperatorKeyPath, Encoding.ASCII.GetBytes(key + "\n"));

    internal void WriteCache(CacheSettings cache) => Replace(
        CacheIn(folder), Encoding.ASCII.GetBytes($"{string.Join(',', cache.Addresses)}\n{cache.Password}\n"));

    internal void WritePlan(PlanDocument plan) => Replace(PlanPath, PlanObject.From(plan).ToBytes());

    /// <summary>Sets the endpoints of a process: one for each version that it serves.</summary>
    /// <param name="owner">The supervisor of the process, because a version may have several processes.</param>
    /// <param name="entries">The endpoints; none if the process does not run.</param>
    internal void Set(object owner, params IReadOnlyList<EndpointEntry> entries)
    {
        lock (gate)
        {
            if (entries.Count == 0)
                ready.Remove(owner);
            else
                ready[owner] = entries;
            try
            {
                WriteEndpoints();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next start or end of a process writes the file again.
                terminal.Warn($"{EndpointsPath} can't be written, so the router keeps the last version of it: {e.Message}");
            }
        }
    }

    /// <summary>Sets the function that rewrites each endpoint before it is written.</summary>
    internal void Rewrite(Func<EndpointEntry, EndpointEntry> function)
    {
        lock (gate)
        {
            rewrite = function;
            WriteEndpoints();
        }
    }

    /// <summary>Writes the ready endpoints, even if there are none.</summary>
    internal void WriteEndpoints()
    {
        lock (gate)
        {
            var entries = ready.Values.SelectMany(static own => own).OrderBy(static entry => entry.Model)
                .ThenBy(static entry => entry.Version)
                .ThenBy(static entry => entry.Process);
            Replace(
                EndpointsPath,
                new EndpointsDocument { Schema = EndpointsDocument.CurrentSchema, Endpoints = [.. entries.Select(rewrite)] }.ToUtf8());
        }
    }

    private static void Replace(string path, byte[] content) => AtomicFile.Write(path, content, PrivateFiles.OfFile);
}
