using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Oci.Nosql;

/// <summary>A journal in a table of NoSQL whose pages are short, and empty.</summary>
public sealed class NosqlPagesTests() : JournalStoreTests(static async () =>
{
    var tested = await TestedTable.StartAsync();
    (tested.Table.RowsInAPage, tested.Table.EmptyPages) = (7, 2);
    return tested;
});
