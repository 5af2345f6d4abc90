namespace ModelServing.Services.Tests.Journal.Sqlite;

/// <summary>A journal in a file of SQLite.</summary>
public sealed class SqliteJournalStoreTests() : JournalStoreTests(static () => Task.FromResult<TestedJournalStore>(new TestedSqlite()));
