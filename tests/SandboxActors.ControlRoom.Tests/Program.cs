using System.CommandLine;
using SandboxActors.ControlRoom.Tests;

var directory = new Option<DirectoryInfo>("--screenshot") { Description = "Where the pictures of the control room go.", Required = true };
var command = new RootCommand("Takes the pictures of the control room that the documentation shows.") { directory };
command.SetAction(async (parsed, _) => await Screenshots.TakeAsync(parsed.GetRequiredValue(directory).FullName));
return await command.Parse(args).InvokeAsync();
