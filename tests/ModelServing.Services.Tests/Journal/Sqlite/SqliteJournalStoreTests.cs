namespace ModelServing.Services.Tests.Journal.Sqlite;

/// <summary>A journal in a SQLite file.</summary>
public sealed class SqliteJournalStoreTests() : JournalStoreTests(static () => Task.FromResult<TestedJournalStore>(new TestedSqlite()));
