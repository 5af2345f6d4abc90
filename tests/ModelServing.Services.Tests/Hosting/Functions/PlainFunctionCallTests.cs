using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Services.Tests.Functions;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>Calls by plain HTTP.</summary>
public sealed class PlainFunctionCallTests() : FunctionCallTests(static () => new PlainCaller(FunctionName.Rollback));
