using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Cli.Up;

/// <summary>
/// The files that the router follows, each replaced by rename, so that it is whole whenever it is read. Where both change the
/// endpoints come first: a plan must not meet older endpoints than it was written for.
/// </summary>
internal sealed class PlatformFiles(string folder, Terminal terminal)
{
    private readonly Lock gate = new();
    private readonly Dictionary<object, EndpointEntry> ready = [];
    private Func<EndpointEntry, EndpointEntry> diverted = static entry => entry;

    internal string PlanPath { get; } = Path.Combine(folder, "plan.json");

    internal string EndpointsPath { get; } = Path.Combine(folder, "endpoints.json");

    internal string ClientsPath { get; } = Path.Combine(folder, "clients.json");

    /// <summary>The file that holds the operator's key of this machine.</summary>
    internal string OperatorKeyPath { get; } = OperatorKeyIn(folder);

    /// <summary>The journal: it outlives the platform, for what is condemned stays so.</summary>
    internal string JournalPath { get; } = Path.Combine(folder, "journal.db");

    internal string SnapshotPath { get; } = Path.Combine(folder, "journal.snapshot");

    /// <summary>The file that says where the router's admin API is.</summary>
    internal string AdminAddressPath { get; } = AdminAddressIn(folder);

    /// <summary>The file that says where the admin API of the router is whose platform has this folder.</summary>
    internal static string AdminAddressIn(string folder) => Path.Combine(folder, "admin.address");

    /// <summary>The file that holds the operator's key of this machine.</summary>
    internal static string OperatorKeyIn(string folder) => Path.Combine(folder, "operator.key");

    internal void WriteClients(ClientsDocument clients) => Replace(ClientsPath, clients.ToUtf8(), isPrivate: true);

    internal void WriteOperatorKey(string key) => Replace(OperatorKeyPath, Encoding.ASCII.GetBytes(key + "\n"), isPrivate: true);

    internal void WritePlan(PlanDocument plan) => Replace(PlanPath, plan.ToUtf8());

    /// <summary>Says where a version's process answers; null takes it out.</summary>
    /// <param name="owner">Who supervises the process: a version may have two for a while.</param>
    /// <param name="entry">The endpoint.</param>
    internal void Set(object owner, EndpointEntry? entry)
    {
        lock (gate)
        {
            if (entry is null)
                ready.Remove(owner);
            else
                ready[owner] = entry;
            try
            {
                WriteEndpoints();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next start or death writes it again.
                terminal.Warn($"{EndpointsPath} can't be written, so the router goes on with the last one: {e.Message}");
            }
        }
    }

    /// <summary>Has each endpoint stand otherwise in the file, from now on.</summary>
    internal void Divert(Func<EndpointEntry, EndpointEntry> how)
    {
        lock (gate)
        {
            diverted = how;
            WriteEndpoints();
        }
    }

    /// <summary>Writes the endpoints that are ready, even when there are none.</summary>
    internal void WriteEndpoints()
    {
        lock (gate)
        {
            var entries = ready.Values.OrderBy(static entry => entry.Model).ThenBy(static entry => entry.Version).ThenBy(static entry => entry.Process);
            Replace(EndpointsPath, new EndpointsDocument { Schema = EndpointsDocument.CurrentSchema, Endpoints = [.. entries.Select(diverted)] }.ToUtf8());
        }
    }

    private static void Replace(string path, byte[] content, bool isPrivate = false) =>
        AtomicFile.Write(path, content, isPrivate ? UnixFileMode.UserRead | UnixFileMode.UserWrite : null);
}
