using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Oci.Nosql;

/// <summary>A journal in a NoSQL table whose pages are short, some of them empty.</summary>
public sealed class NosqlPagesTests() : JournalStoreTests(static async () =>
{
    var tested = await TestedTable.StartAsync();
    (tested.Table.RowsPerPage, tested.Table.EmptyPages) = (7, 2);
    return tested;
});
