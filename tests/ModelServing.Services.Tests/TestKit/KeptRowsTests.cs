using ModelServing.Contracts.Predictions;
using ModelServing.TestKit;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Services.Tests.TestKit;

public sealed class KeptRowsTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("{\"id\":\"a\",\"attempt\":1}\n{\"id\":\"b\",\"attempt\":1}\n", 2)]
    [InlineData("{\"id\":\"a\",\"attempt\":1}\n{\"id\":\"b\",\"att", 1)]
    public async Task An_emulator_that_starts_again_has_all_rows_but_one_that_was_cut_off(string kept, int rows)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(NosqlEmulator.RowsIn(folder.FullPath, "some"), kept, TestContext.Current.CancellationToken);
        await using var emulator = await NosqlEmulator.StartAsync(folder: folder.FullPath);
        Assert.Equal(rows, emulator.CreateTable("some", PredictionTables.Columns).Count);
    }
}
