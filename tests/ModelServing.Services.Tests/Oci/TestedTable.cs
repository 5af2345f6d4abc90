using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Nosql;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Services.Tests.Oci;

/// <summary>An empty table in its own emulator. Calls are signed by the user in the emulator's configuration file.</summary>
internal sealed class TestedTable : TestedJournalStore
{
    internal const string Name = "modelserving_test_journal";

    // The same as in infra/Journal.
    internal const string Columns = "(model STRING, seq LONG, event JSON, PRIMARY KEY(SHARD(model), seq))";

    /// <summary>Limits that make a test of failures fast.</summary>
    internal static readonly CallLimits Quick = new() { FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(4) };

    private readonly List<NosqlJournalStore> opened = [];

    private TestedTable(NosqlEmulator emulator)
    {
        Emulator = emulator;
        Table = emulator.CreateTable(Name, Columns);
    }

    internal NosqlEmulator Emulator { get; }

    internal EmulatedTable Table { get; }

    /// <summary>The settings of a client of the emulator.</summary>
    internal OciSettings Settings => new()
    {
        Identity = OciIdentity.ConfigFile,
        ConfigFile = Emulator.Identity.ConfigFile,
        NosqlEndpoint = Emulator.Endpoint.GetLeftPart(UriPartial.Authority),
    };

    internal static async Task<TestedTable> StartAsync() => new(await NosqlEmulator.StartAsync());

    internal override IJournalStore Open() => Open(Quick);

    /// <summary>Opens the table with the test's own limits, compartment, table or settings.</summary>
    internal IJournalStore Open(
        CallLimits limits, string compartment = NosqlEmulator.Compartment, string table = Name, OciSettings? settings = null)
    {
        var store = new NosqlJournalStore(NosqlClients.Open(settings ?? Settings), new TableAddress(compartment, table), limits);
        lock (opened)
            opened.Add(store);
        return store;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var store in opened)
            store.Dispose();
        await Emulator.DisposeAsync();
    }
}
