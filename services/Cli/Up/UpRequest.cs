using System.CommandLine;
using ModelServing.Cli.Demo;
using ModelServing.Cli.Up;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Cli;

/// <summary>What was asked of <c>ms up</c>.</summary>
internal sealed record UpRequest(StackLocation Stack, bool Demo, bool Once, bool Json, PlatformPace Pace);
