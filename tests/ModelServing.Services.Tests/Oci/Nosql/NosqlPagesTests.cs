using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Oci;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;
using ModelServing.TestKit.Nosql;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Oci;

/// <summary>A journal in a table of NoSQL whose pages are short, and empty.</summary>
public sealed class NosqlPagesTests() : JournalStoreTests(static async () =>
{
    var tested = await TestedTable.StartAsync();
    (tested.Table.RowsInAPage, tested.Table.EmptyPages) = (7, 2);
    return tested;
});
