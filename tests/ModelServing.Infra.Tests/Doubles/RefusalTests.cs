using System.Diagnostics;
using ModelServing.Stacks;
using ModelServing.TestKit;
using Pulumi;

namespace ModelServing.Infra.Tests.Doubles;

public class RefusalTests
{
    // A hang is a failure; how long it takes is not.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_program_of_doubles_says_in_one_line_that_it_can_not_be_applied()
    {
        Assert.SkipUnless(
            typeof(Deployment).Assembly.GetName().Name!.EndsWith(".Double", StringComparison.Ordinal),
            "built with the official packages, which talk to an engine: delete SdkDoubles.props and take a package source without them to see the doubles");
        // As the Pulumi CLI starts it: without arguments.
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
        Assert.StartsWith("This program was built with the stand-ins of tests/Doubles", Assert.Single((await error).Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
