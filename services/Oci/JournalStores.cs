using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Nosql;
using Oci.Common;

namespace ModelServing.Oci;

/// <summary>Opens what a host's or a command's setting names as its journal: a file of SQLite, or a table of NoSQL.</summary>
/// <remarks>To add a kind of store: a class that implements <see cref="IJournalStore"/>, its scheme in <see cref="HostSources"/>, and a case
/// in <see cref="Open"/>.</remarks>
public static class JournalStores
{
    // An attempt's time is bounded where it is made.
    private static ClientConfiguration Patient => new() { TimeoutMillis = Timeout.Infinite, ClientUserAgent = "ModelServing" };

    // A router and a person wait for it, and both ask again.
    private static CallLimits Quick => new() { Retries = 3, FirstDelay = TimeSpan.FromMilliseconds(200), LongestDelay = TimeSpan.FromSeconds(2), Attempt = TimeSpan.FromSeconds(5) };

    /// <summary>Looks whether there can be a store at <paramref name="location"/>, for a program that opens it only when it is asked: what a
    /// client of OCI needs is read, and a thread held, when it is opened.</summary>
    /// <exception cref="ContractException">The text names no store that this program knows.</exception>
    public static void Check(string location, OciSettings? oci)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal))
        {
            (Open(location, oci) as IDisposable)?.Dispose();
            return;
        }

        _ = TableAddress.Parse(location);
        _ = Required(oci, location);
    }

    /// <summary>The store at <paramref name="location"/>. Nothing is asked yet.</summary>
    /// <param name="location"><c>sqlite:PATH</c>, or <c>nosql:COMPARTMENT-OCID/TABLE</c>.</param>
    /// <param name="oci">How OCI is asked; null where it is not.</param>
    /// <exception cref="ContractException">The text names no store that this program knows, or the identity can't be had.</exception>
    public static IJournalStore Open(string location, OciSettings? oci)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StartsWith(HostSources.SqliteScheme, StringComparison.Ordinal) && location[HostSources.SqliteScheme.Length..] is { } path && !string.IsNullOrWhiteSpace(path))
            return new SqliteJournalStore(path);
        if (!location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal))
            throw new ContractException($"the journal is '{location}'; it has to be sqlite:PATH, as in sqlite:/srv/journal.db, or nosql:COMPARTMENT-OCID/TABLE");
        var table = TableAddress.Parse(location);
        return new NosqlJournalStore(NosqlClients.Open(Required(oci, location), Patient), table, Quick);
    }

    private static OciSettings Required(OciSettings? oci, string location) => oci
        ?? throw new ContractException($"the journal is '{location}', and the environment variable {OciSettings.IdentityVariable} is not set; it has to be {OciIdentities.Form}");
}
