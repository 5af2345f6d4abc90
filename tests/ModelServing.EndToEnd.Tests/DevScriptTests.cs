using System.Diagnostics;
using System.Runtime.Versioning;
using ModelServing.EndToEnd.Tests.Workflows;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The script <c>dev</c> in a folder of its own, with a replacement of <c>dotnet</c> that records its arguments.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DevScriptTests : IDisposable
{
    private const string Dotnet = """
        #!/usr/bin/env bash
        root="$(dirname "$(dirname "${BASH_SOURCE[0]}")")"
        echo "$*" >>"$root/calls"
        echo $$ >"$root/process"
        if [ "$1" = msbuild ]; then
          [ ! -e "$root/broken" ] || exit 1
          if [ -n "${SharedCompilationId:-}" ]; then
            echo "$UseSharedCompilation -pipename:$SharedCompilationId" >"$root/compiler"
            (exec -a "VBCSCompiler -pipename:$SharedCompilationId" sleep 900) >/dev/null 2>&1 &
          fi
          mkdir -p "$root/artifacts/bin/Cli/release"
          touch "$root/artifacts/bin/Cli/release/ms.dll"
          echo "  Contracts -> /some/folder/ModelServing.Contracts.dll"
        elif [ "$1" = run ]; then
          [ ! -e "$root/broken-tests" ] || exit 1
        else
          echo "typed: $MODELSERVING_COMMAND"
        fi
        """;

    private readonly TemporaryFolder folder = new();

    public DevScriptTests()
    {
        File.Copy(Repository.Combine("dev"), folder.Combine("dev"));
        foreach (var made in (string[])["services", "bin"])
            Directory.CreateDirectory(folder.Combine(made));
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json", "SdkDoubles.props"])
            File.WriteAllText(folder.Combine(file), "");
        File.WriteAllText(folder.Combine("services", "First.cs"), "");
        File.WriteAllText(folder.Combine("services", "Second.cs"), "");
        File.WriteAllText(folder.Combine("bin", "dotnet"), Dotnet.ReplaceLineEndings("\n") + "\n");
        File.SetUnixFileMode(
            folder.Combine("bin", "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_first_build_prints_each_finished_part_and_the_next_call_builds_nothing()
    {
        var (output, builds) = await RunAsync("ms", "models");
        Assert.Contains("The first build takes a few minutes", output, StringComparison.Ordinal);
        Assert.Contains(" s  Contracts\n", output, StringComparison.Ordinal);
        Assert.Contains("typed: ./dev ms\n", output, StringComparison.Ordinal);
        Assert.Equal(1, builds);
        Assert.Equal(("typed: ./dev ms\n", 0), await RunAsync("ms", "models"));
    }

    // So a command takes as long as the program: 'dotnet build' with nothing to do takes seconds.
    [Theory]
    [InlineData("ms", "models", "models")]
    [InlineData("ms", "status fraud", "status fraud")]
    [InlineData("ms", "publish fraud model.onnx", "publish fraud model.onnx")]
    [InlineData("up", "--demo", "up --demo")]
    public async Task When_nothing_has_changed_the_built_program_is_all_that_runs(string command, string arguments, string passed)
    {
        await RunAsync("ms", "models");
        File.Delete(folder.Combine("calls"));
        var (_, output) = await StartAsync("bash", "-c", $"echo $$; exec ./dev {command} {arguments}");
        Assert.Equal([$"{folder.Combine("artifacts", "bin", "Cli", "release", "ms.dll")} {passed}"], Calls());
        // It has the place of the script: no shell waits beside it.
        Assert.Equal(output.Split('\n')[0], File.ReadAllText(folder.Combine("process")).Trim());
    }

    [Fact]
    public async Task A_changed_or_removed_source_is_built_but_not_for_a_command_that_calls_a_platform()
    {
        await RunAsync("ms", "models");
        File.WriteAllText(folder.Combine("services", "First.cs"), "changed");
        foreach (var command in (string[])["status", "promote", "rollback", "reset", "history"])
        {
            var (said, none) = await RunAsync("ms", command);
            Assert.StartsWith("typed: ", said, StringComparison.Ordinal);
            Assert.EndsWith("This build is older than your sources; './dev build' builds them.\n", said, StringComparison.Ordinal);
            Assert.Equal(0, none);
        }

        Assert.Equal(1, (await RunAsync("ms", "publish")).Builds);
        Assert.Equal(0, (await RunAsync("ms", "publish")).Builds);
        File.Delete(folder.Combine("services", "Second.cs"));
        Assert.Equal(1, (await RunAsync("ms", "publish")).Builds);
    }

    [Fact]
    public async Task A_failed_build_ends_the_command_and_is_tried_again()
    {
        await RunAsync("ms", "models");
        File.WriteAllText(folder.Combine("services", "First.cs"), "changed");
        File.WriteAllText(folder.Combine("broken"), "");
        Assert.Equal(("", 1), await RunAsync("ms", "models"));
        File.Delete(folder.Combine("broken"));
        Assert.Equal(1, (await RunAsync("ms", "models")).Builds);
    }

    [Fact]
    public async Task While_a_platform_runs_nothing_is_built()
    {
        await RunAsync("ms", "models");
        File.WriteAllText(folder.Combine("services", "First.cs"), "changed");
        var ms = folder.Combine("artifacts", "bin", "Cli", "release", "ms.dll");
        using (var platform = Process.Start("bash", ["-c", $"exec -a 'dotnet {ms} up' sleep 300"]))
        {
            try
            {
                await Until.TrueAsync(() => IsRunning($"{ms} up"), () => "the stand-in of the platform did not start");
                var (output, builds) = await RunAsync("ms", "publish");
                Assert.Contains("A platform runs here, so nothing is built", output, StringComparison.Ordinal);
                Assert.Equal(0, builds);
                (output, builds) = await RunAsync("build");
                Assert.Contains("Stop it first", output, StringComparison.Ordinal);
                Assert.Equal(0, builds);
            }
            finally
            {
                platform.Kill();
                await platform.WaitForExitAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(1, (await RunAsync("build")).Builds);
    }

    [Fact]
    public async Task A_run_of_the_tests_has_a_compiler_of_its_own_and_ends_it_however_it_ends()
    {
        foreach (var isBroken in (bool[])[false, true])
        {
            if (isBroken)
                File.WriteAllText(folder.Combine("broken-tests"), "");
            var (exitCode, output) = await StartAsync("bash", "./dev", "test", "-class", "Some");
            Assert.Equal(isBroken ? 1 : 0, exitCode);
            Assert.Contains($"run --file {folder.Combine("tests", "Run.cs")} -- -class Some", Calls());
            var compiler = File.ReadAllText(folder.Combine("compiler")).Trim().Split(' ', 2);
            Assert.Equal("true", compiler[0]);
            Assert.Matches(@"^-pipename:modelserving-\d+$", compiler[1]);
            await Until.TrueAsync(() => !IsRunning(compiler[1]), () => $"{compiler[1]} still runs:\n{output}");
        }
    }

    private static bool IsRunning(string text)
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-ewwo", "args"]) { RedirectStandardOutput = true })!;
        return ps.StandardOutput.ReadToEnd().Contains(text, StringComparison.Ordinal);
    }

    private async Task<(string Output, int Builds)> RunAsync(params string[] arguments)
    {
        File.Delete(folder.Combine("calls"));
        var (_, output) = await StartAsync("bash", ["./dev", .. arguments]);
        return (output, Calls().Count(static call => call.StartsWith("msbuild ", StringComparison.Ordinal)));
    }

    private Task<(int ExitCode, string Output)> StartAsync(string program, params string[] arguments) => Tool.RunAsync(
        folder.FullPath,
        new Dictionary<string, string> { ["PATH"] = $"{folder.Combine("bin")}:{Environment.GetEnvironmentVariable("PATH")}" },
        program,
        arguments);

    // Every call of dotnet, with its arguments.
    private string[] Calls() => File.Exists(folder.Combine("calls")) ? File.ReadAllLines(folder.Combine("calls")) : [];
}
