using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Oci;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;
using ModelServing.TestKit.Nosql;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Oci;

/// <summary>A journal in a table of NoSQL.</summary>
public sealed class NosqlJournalStoreTests() : JournalStoreTests(static async () => await TestedTable.StartAsync());
