using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using ModelServing.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Journal;

/// <summary>A journal in a file of SQLite.</summary>
public sealed class SqliteJournalStoreTests() : JournalStoreTests(static () => Task.FromResult<TestedJournalStore>(new TestedSqlite()));
