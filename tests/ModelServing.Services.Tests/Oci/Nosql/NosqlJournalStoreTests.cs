using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Oci.Nosql;

/// <summary>A journal in a NoSQL table.</summary>
public sealed class NosqlJournalStoreTests() : JournalStoreTests(static async () => await TestedTable.StartAsync());
