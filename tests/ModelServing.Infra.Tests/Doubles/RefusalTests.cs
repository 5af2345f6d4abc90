using System.Diagnostics;
using ModelServing.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Doubles;

public class RefusalTests
{
    // A hang is a failure; how long it takes is not.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_program_that_nobody_can_apply_says_so_in_one_line()
    {
        // As the Pulumi CLI starts it, without arguments, but not by it.
        using var program = Process.Start(new ProcessStartInfo("dotnet", [typeof(ServingStack).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        var error = program.StandardError.ReadToEndAsync(patience.Token);
        var output = await program.StandardOutput.ReadToEndAsync(patience.Token);
        await program.WaitForExitAsync(patience.Token);
        Assert.Equal(1, program.ExitCode);
        Assert.Empty(output);
        // With the official packages it is their words.
        Assert.Contains("`pulumi", Assert.Single((await error).Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
