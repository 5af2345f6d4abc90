using System.Diagnostics;
using ModelServing.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Doubles;

public class RefusalTests
{
    // A hang is a failure, but slowness is not.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_program_that_cannot_be_applied_says_so_in_one_line()
    {
        // Started without arguments, as by the Pulumi CLI, but without the CLI's environment.
        using var program = Process.Start(new ProcessStartInfo("dotnet", [typeof(ServingStack).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        })!;
        using var timeout = new CancellationTokenSource(Limit);
        var error = program.StandardError.ReadToEndAsync(timeout.Token);
        var output = await program.StandardOutput.ReadToEndAsync(timeout.Token);
        await program.WaitForExitAsync(timeout.Token);
        Assert.Equal(1, program.ExitCode);
        Assert.Empty(output);
        // With the official packages, the text is theirs.
        Assert.Contains(
            "`pulumi",
            Assert.Single((await error).Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
    }
}
