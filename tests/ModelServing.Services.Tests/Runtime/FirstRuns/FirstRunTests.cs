using System.Diagnostics;
using ModelServing.Contracts;
using ModelServing.Inference;
using ModelServing.Registry;
using ModelServing.Registry.FirstRuns;
using ModelServing.Registry.Onnx;
using ModelServing.Registry.Safety;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Runtime.FirstRuns;

/// <summary>How a first run's process is started, watched and ended. Scripts take the place of the program where the program would never do
/// such a thing.</summary>
[Trait(ThirdLane.Trait, ThirdLane.Value)]
public class FirstRunTests
{
    private const string Secret = "MODELSERVING_FIRST_RUN_TEST_SECRET";
    private const string PlaceInSource = @"\w\.(h|cc|cpp):\d|onnxruntime::";
    private const string Started = """printf '{"step":"Started"}\n{"step":"Opened"}\n'; """;

    private static readonly FirstRunProgram Program = FirstRunProgram.For(typeof(InferenceHost).Assembly);

    private static readonly FirstRunLimits Limits = new(768L * 1024 * 1024, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(120))
    {
        IsFairMemory = true,
        IsFairTime = true,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_good_model_answers_to_zeros()
    {
        var result = await RunAsync(Program, SomeOnnx.Add(Datatype.Fp16, -1, 12));
        Assert.Equal((null, null, null), (result.Finding, result.Unknown, result.NoAnswer));
        Assert.Equal("0, 0, 0, 0, 0, 0, 0, 0, ...", Assert.Single(result.Values).Value);
    }

    [Fact]
    public async Task Each_data_type_can_be_made_up_and_shown()
    {
        foreach (var type in Enum.GetValues<Datatype>())
        {
            var result = await RunAsync(Program, SomeOnnx.Identity(type, -1));
            Assert.Equal((null, null, null), (result.Finding, result.Unknown, result.NoAnswer));
            Assert.Equal(
                type switch { Datatype.Bool => "false", Datatype.Bytes => "\"\"", _ => "0" },
                Assert.Single(result.Values).Value);
        }
    }

    [Fact]
    public async Task A_model_that_does_not_accept_zeros_is_not_refused()
    {
        var result = await RunAsync(Program, SomeOnnx.ParseNumbers());
        Assert.Equal((null, null), (result.Finding, result.Unknown));
        Assert.Contains("Cast", result.NoAnswer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_reason_of_no_answer_names_no_place_in_the_source_of_the_runtime()
    {
        var result = await RunAsync(Program, SomeOnnx.Seven());
        Assert.Equal((null, null), (result.Finding, result.Unknown));
        Assert.Contains("Reshape", result.NoAnswer, StringComparison.Ordinal);
        Assert.DoesNotMatch(PlaceInSource, result.NoAnswer);
    }

    [Fact]
    public async Task The_reason_of_a_refusal_names_no_place_in_the_source_of_the_runtime()
    {
        var result = await RunAsync(Program, SomeUnsafeOnnx.Changed(static model => model.OpsetImport[0].Version = 99));
        Assert.Equal(FindingCode.Runtime, result.Finding?.Code);
        Assert.DoesNotMatch(PlaceInSource, result.Finding!.Message);
    }

    [Fact]
    public async Task A_model_that_needs_too_much_memory_to_open_has_a_finding_about_memory()
    {
        // 1 GiB, which the rules accept: the runtime makes it dense when it opens the model.
        var sparse = new SparseTensorProto
        {
            Values = new TensorProto { Name = "s", DataType = (int)TensorProto.Types.DataType.Float, Dims = { 1 }, FloatData = { 1 } },
            Indices = new TensorProto { DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 1 }, Int64Data = { 0 } },
            Dims = { 1L << 28 },
        };
        var result = await RunAsync(Program, SomeUnsafeOnnx.Changed(model => model.Graph.SparseInitializer.Add(sparse)));
        Assert.Equal(FindingCode.FirstRunMemory, result.Finding?.Code);
    }

    [Fact]
    public async Task The_process_gets_nothing_of_this_ones_environment()
    {
        Environment.SetEnvironmentVariable(Secret, "of this process");
        try
        {
            var result = await RunAsync(Script("env | sort >&2; exit 7"));
            Assert.DoesNotContain("of this process", result.Unknown, StringComparison.Ordinal);
            // Whatever else this process has, such as the keys of a registry.
            result = await RunAsync(Script("""
                for name in $(env | cut -d= -f1); do
                  case $name in
                    PATH|LD_LIBRARY_PATH|DOTNET_*|TMPDIR|TEMP|PWD|OLDPWD|SHLVL|_) ;;
                    *) printf '{"step":"Started"}\n{"step":"Refused","text":"it has %s"}\n' "$name" ;;
                  esac
                done
                printf '{"step":"Started"}\n{"step":"Answered"}\n'
                """));
            Assert.Equal((null, null), (result.Finding, result.Unknown));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Secret, null);
        }
    }

    [Theory]
    [InlineData("kill -FPE $$", FindingCode.FirstRunCrash, "the process died while running it with zeros: SIGFPE")]
    [InlineData("kill -SEGV $$", FindingCode.FirstRunCrash, "SIGSEGV")]
    [InlineData("kill -ABRT $$", FindingCode.FirstRunCrash, "SIGABRT")]
    [InlineData("echo 'terminate called: std::bad_alloc' >&2; kill -ABRT $$", FindingCode.FirstRunMemory, "std::bad_alloc")]
    [InlineData("kill -KILL $$", FindingCode.FirstRunMemory, "more than 768 MiB of memory")]
    [InlineData("kill -XCPU $$", FindingCode.FirstRunTime, "takes more than 20 s of a processor")]
    [InlineData("echo why >&2; exit 9", FindingCode.FirstRunCrash, "exit code 9: why")]
    [InlineData("printf '{\"step\":\"Refused\",\"text\":\"\\\\u001b[2Jno\"}\n'", FindingCode.Runtime, "ONNX Runtime can't open it: ?[2Jno")]
    [InlineData(
        """printf '{"step":"Answered"}\n{"step":"Probes","text":"-1"}\n'; kill -FPE $$""",
        FindingCode.FirstRunCrash,
        "its process died when its inputs were -1 (SIGFPE")]
    public async Task The_end_of_the_process_is_the_reason(string end, string code, string reason)
    {
        var finding = (await RunAsync(Script(Started + end))).Finding;
        Assert.Equal(code, finding?.Code);
        Assert.Contains(reason, finding!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(finding.Message, char.IsControl);
    }

    [Fact]
    public async Task A_process_that_prints_without_end_is_ended_and_fills_no_memory()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var result = await RunAsync(
            Script(Started + "yes 'a long line' & yes 'another one' >&2"),
            limits: Limits with { Time = TimeSpan.FromSeconds(2), ForOthers = TimeSpan.Zero });
        Assert.Equal(FindingCode.FirstRunTime, result.Finding?.Code);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task What_is_not_the_models_fault_is_no_finding()
    {
        var poor = Limits with { IsFairMemory = false, IsFairTime = false };
        foreach (var (program, limits, reason) in ((FirstRunProgram, FirstRunLimits, string)[])[
            (new FirstRunProgram("/no/such/program", []), Limits, "can't be started"),
            (Script("echo no library >&2; exit 3"), Limits, "exit code 3: no library"),
            (Program, Limits with { Time = TimeSpan.Zero }, "no time is left"),
            (Script(Started + "kill -KILL $$"), poor, "memory"),
            (Script(Started + "kill -XCPU $$"), poor, "20 s")])
        {
            var result = await RunAsync(program, limits: limits);
            Assert.Null(result.Finding);
            Assert.Contains(reason, result.Unknown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_model_that_does_not_end_is_ended_when_it_has_used_its_processor_time()
    {
        var result = await RunAsync(
            Program,
            SomeSlowOnnx.EndlessLoop(),
            Limits with { ProcessorTime = TimeSpan.FromSeconds(2), ForOthers = TimeSpan.Zero });
        Assert.Equal(FindingCode.FirstRunTime, result.Finding?.Code);
        Assert.Contains("takes more than 2 s of a processor", result.Finding!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_changed_is_not_run()
    {
        var model = SomeOnnx.Linear(3, 1);
        var artifact = await DescribeAsync(model);
        model[^1] ^= 1;
        var result = await new FirstRun(Program).RunAsync(artifact.Manifest, new MemoryStream(model), Limits, Cancellation);
        Assert.Equal("the model changed while it was read", result.Unknown);
    }

    [Fact]
    public async Task Cancelling_ends_the_process()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var folder = new TemporaryFolder();
        var file = folder.Combine("pid");
        var running = RunAsync(Script($"{Started}echo $$ > {file}; sleep 1000"), cancellation: cancel.Token);
        while (!File.Exists(file) || new FileInfo(file).Length == 0)
            await Task.Delay(20, Cancellation);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        using var process = Find(int.Parse(File.ReadAllText(file)));
        if (process is not null)
            await process.WaitForExitAsync(Cancellation);
    }

    [Fact]
    public async Task The_process_ends_when_the_one_that_started_it_ends()
    {
        using var process = await StartEndlessAsync();
        process.StandardInput.BaseStream.Close();
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(1, process.ExitCode);
    }

    [Fact]
    public async Task The_process_may_write_no_file_and_is_the_first_that_a_short_of_memory_system_ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows the limits of another process");
        using var process = await StartEndlessAsync();
        var limits = File.ReadAllLines($"/proc/{process.Id}/limits")
            .Select(static line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToDictionary(static line => line[0], static line => $"{line[1]} {line[2]}");
        Assert.Equal("0 0", limits["Max core file size"]);
        Assert.Equal("0 0", limits["Max file size"]);
        Assert.Equal("600 605", limits["Max cpu time"]);
        Assert.Equal("1000000000 1000000000", limits["Max data size"]);
        Assert.Equal("1000", File.ReadAllText($"/proc/{process.Id}/oom_score_adj").Trim());
        process.StandardInput.BaseStream.Close();
        await process.WaitForExitAsync(Cancellation);
    }

    private static async Task<Process> StartEndlessAsync()
    {
        var artifact = await DescribeAsync(SomeSlowOnnx.EndlessLoop());
        var process = Process.Start(new ProcessStartInfo(
            Program.FileName, [.. Program.Arguments, FirstRunProgram.Command, "1000000000", "600"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var input = process.StandardInput.BaseStream;
        foreach (var part in (byte[][])[artifact.Manifest.ToUtf8(), artifact.Model.ToArray()])
        {
            input.Write(BitConverter.GetBytes((long)part.Length));
            input.Write(part);
        }

        input.WriteByte(0);
        input.Flush();
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line && !line.Contains("Opened", StringComparison.Ordinal))
        {
        }

        return process;
    }

    private static Process? Find(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static FirstRunProgram Script(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no shell");
        return new FirstRunProgram("/bin/sh", ["-c", script]);
    }

    private static async Task<FirstRunResult> RunAsync(
        FirstRunProgram program, byte[]? model = null, FirstRunLimits? limits = null, CancellationToken? cancellation = null)
    {
        var artifact = await DescribeAsync(model ?? SomeOnnx.Linear(3, 1));
        using var content = artifact.OpenModel();
        return await new FirstRun(program).RunAsync(artifact.Manifest, content, limits ?? Limits, cancellation ?? Cancellation);
    }

    private static Task<Artifact> DescribeAsync(byte[] model)
    {
        using var folder = new TemporaryFolder();
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        return registry.DescribeAsync(
            ModelName.Parse("m"), new ModelVersion(1), new MemoryStream(model), TrainingInfo.None, Cancellation);
    }
}
