using ModelServing.Contracts;
using ModelServing.Journal;

namespace ModelServing.Router.Rollouts;

/// <summary>Opens what the router's setting names as its journal.</summary>
internal static class JournalStores
{
    /// <summary>The store; null where there is no journal.</summary>
    /// <exception cref="ContractException">The text names no store that this program knows.</exception>
    internal static IJournalStore? Open(RouterSettings settings) => settings.Journal switch
    {
        null => null,
        var text when text.StartsWith(HostSources.SqliteScheme, StringComparison.Ordinal) && text.Length > HostSources.SqliteScheme.Length => new SqliteJournalStore(text[HostSources.SqliteScheme.Length..]),
        var text => throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(settings.Journal))} is '{text}'; it has to be sqlite:PATH or nosql:COMPARTMENT/TABLE"),
    };
}
