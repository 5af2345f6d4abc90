using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>Those who change what a process has once, so that nothing else runs beside them.</summary>
[CollectionDefinition(nameof(OwnProcess), DisableParallelization = true)]
public sealed class OwnProcess;
