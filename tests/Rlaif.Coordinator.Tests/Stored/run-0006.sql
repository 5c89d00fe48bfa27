BEGIN TRANSACTION;
CREATE TABLE [SchemaVersions] (
    SchemaVersionID INTEGER CONSTRAINT [PK_SchemaVersions_Id] PRIMARY KEY AUTOINCREMENT NOT NULL,
    ScriptName TEXT NOT NULL,
    Applied DATETIME NOT NULL
);
INSERT INTO "SchemaVersions" VALUES(1,'Rlaif.Storage.Migrations.0001_runs.sql','2026-11-26 02:44:04.1536503');
INSERT INTO "SchemaVersions" VALUES(2,'Rlaif.Storage.Migrations.0002_feedback.sql','2026-11-26 02:44:04.2403168');
INSERT INTO "SchemaVersions" VALUES(3,'Rlaif.Storage.Migrations.0003_training.sql','2026-11-26 02:44:04.2538319');
INSERT INTO "SchemaVersions" VALUES(4,'Rlaif.Storage.Migrations.0004_deployment.sql','2026-11-26 02:44:04.2624287');
INSERT INTO "SchemaVersions" VALUES(5,'Rlaif.Storage.Migrations.0005_label_claims.sql','2026-11-26 02:44:04.2813167');
INSERT INTO "SchemaVersions" VALUES(6,'Rlaif.Storage.Migrations.0006_trace.sql','2026-11-26 02:44:04.2972996');
CREATE TABLE checkpoint (
    command_id text primary key,
    run_id text not null,
    round bigint not null,
    kind text not null,
    artifact text not null,
    weights_sha256 text not null,
    start_artifact text not null,
    data_artifact text not null,
    published_at text not null
);
CREATE TABLE command (
    id text primary key,
    run_id text not null,
    round bigint not null,
    stage text not null,
    ordinal bigint not null,
    kind text not null,
    pool text,
    body text not null,
    issued_at text
, taken_by text, taken_until text, trace text);
INSERT INTO "command" VALUES('822BACF0-558A-5A81-BF32-4200C57777E4','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'start',0,'GenerateResponses',NULL,'{"id":"822bacf0-558a-5a81-bf32-4200c57777e4","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","round":0,"purpose":"evaluation","policy":"57a8700000000000000000000000000000000000000000000000000000000000","prompts":[{"id":"evaluation-0-0","turns":[{"role":"user","content":"When is it, 0?"}]},{"id":"evaluation-0-1","turns":[{"role":"user","content":"When is it, 1?"}]}],"samples":2,"sampling":{"temperature":1,"topP":1,"maxNewTokens":64},"seed":4553774744305367012}','2026-11-25T18:00:00.0070000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('FA6D30DE-B5EB-52AC-88DE-DE410437ED96','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'start',1,'GenerateResponses',NULL,'{"id":"fa6d30de-b5eb-52ac-88de-de410437ed96","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","round":0,"purpose":"evaluation","policy":"57a8700000000000000000000000000000000000000000000000000000000000","prompts":[{"id":"evaluation-0-2","turns":[{"role":"user","content":"When is it, 2?"}]}],"samples":2,"sampling":{"temperature":1,"topP":1,"maxNewTokens":64},"seed":639192567958203798}','2026-11-25T18:00:00.0070000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('1BA6CE5C-50ED-534F-B4C0-3DCF50C2A877','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'start',2,'GenerateResponses',NULL,'{"id":"1ba6ce5c-50ed-534f-b4c0-3dcf50c2a877","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","round":0,"purpose":"demo","policy":"57a8700000000000000000000000000000000000000000000000000000000000","prompts":[{"id":"demo-0-0","turns":[{"role":"user","content":"When is it, 0?"}]}],"samples":1,"sampling":{"temperature":1,"topP":1,"maxNewTokens":64},"seed":3801106046123157623}','2026-11-25T18:00:00.0070000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('BDC72647-AAB1-5B10-93F9-849D6954AE6D','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'calibration',0,'LabelPreference','judge','{"id":"bdc72647-aab1-5b10-93f9-849d6954ae6d","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"9ab6f369-a605-5c31-bdf5-07206feea75c","pool":"judge","prompt":[{"role":"user","content":"When is it, 0?"}],"first":{"text":"On Monday.","ended":true},"second":{"text":"Who cares?","ended":true},"principles":[{"id":"overall","question":"Which response is better overall: more helpful, more honest and less harmful?"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.039+00:00"}','2026-11-25T18:00:00.0420000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('98D603D8-D15D-5F5B-9AB2-F7BF06076080','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'calibration',1,'LabelPreference','judge','{"id":"98d603d8-d15d-5f5b-9ab2-f7bf06076080","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"d296cd72-7cdd-5950-86a4-c985245f6d64","pool":"judge","prompt":[{"role":"user","content":"When is it, 1?"}],"first":{"text":"On Monday.","ended":true},"second":{"text":"Who cares?","ended":true},"principles":[{"id":"overall","question":"Which response is better overall: more helpful, more honest and less harmful?"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.04+00:00"}','2026-11-25T18:00:00.0420000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('EE13FFEB-DB9E-5B37-B161-069FE7A40505','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'responses',0,'GenerateResponses',NULL,'{"id":"ee13ffeb-db9e-5b37-b161-069fe7a40505","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","round":1,"purpose":"preference","policy":"57a8700000000000000000000000000000000000000000000000000000000000","prompts":[{"id":"train-1-0","turns":[{"role":"user","content":"When is it, 0?"}]},{"id":"train-1-1","turns":[{"role":"user","content":"When is it, 1?"}]}],"samples":3,"sampling":{"temperature":1,"topP":1,"maxNewTokens":64},"seed":3558132464455255301}','2026-11-25T18:00:00.0560000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('90FC896C-832B-5963-88D9-A4F96AEAB24D','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'responses',1,'GenerateResponses',NULL,'{"id":"90fc896c-832b-5963-88d9-a4f96aeab24d","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","round":1,"purpose":"preference","policy":"57a8700000000000000000000000000000000000000000000000000000000000","prompts":[{"id":"train-1-2","turns":[{"role":"user","content":"When is it, 2?"}]},{"id":"train-1-3","turns":[{"role":"user","content":"When is it, 3?"}]}],"samples":3,"sampling":{"temperature":1,"topP":1,"maxNewTokens":64},"seed":637722213397213773}','2026-11-25T18:00:00.0560000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('B837EC99-778A-5B69-A6B0-E9FE5CDAE4B2','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'revisions',0,'ReviseResponses',NULL,'{"id":"b837ec99-778a-5b69-a6b0-e9fe5cdae4b2","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","round":1,"policy":"57a8700000000000000000000000000000000000000000000000000000000000","drafts":[{"responseId":"233854c4-9fb2-5668-9713-dba2d8a80b5e","prompt":{"id":"train-1-0","turns":[{"role":"user","content":"When is it, 0?"}]},"text":"Yes, it is on Monday, and yes, it is on Monday.","principle":"ends","critiqueRequest":"Read your last answer again. Does it come to an end, or does it go on and on? Answer in one sentence.","revisionRequest":"Now write the answer again in one or two short sentences, and then stop."},{"responseId":"0291c520-2a9e-5880-86c6-def4bbc222d9","prompt":{"id":"train-1-1","turns":[{"role":"user","content":"When is it, 1?"}]},"text":"Yes, on Monday and","principle":"short","critiqueRequest":"Read your last answer again. Is it too long? Answer in one sentence.","revisionRequest":"Now write the answer again in at most two short sentences."},{"responseId":"495b0491-851c-529d-9dba-168ffca79de2","prompt":{"id":"train-1-2","turns":[{"role":"user","content":"When is it, 2?"}]},"text":"Yes, on Monday and","principle":"short","critiqueRequest":"Read your last answer again. Is it too long? Answer in one sentence.","revisionRequest":"Now write the answer again in at most two short sentences."},{"responseId":"4ecaf4ef-68fb-558e-b7a4-6469d1fe675c","prompt":{"id":"train-1-3","turns":[{"role":"user","content":"When is it, 3?"}]},"text":"Yes, it is on Monday, and yes, it is on Monday.","principle":"ends","critiqueRequest":"Read your last answer again. Does it come to an end, or does it go on and on? Answer in one sentence.","revisionRequest":"Now write the answer again in one or two short sentences, and then stop."}],"critique":{"temperature":1,"topP":1,"maxNewTokens":48},"revision":{"temperature":1,"topP":1,"maxNewTokens":64},"seed":2787985448031151282}','2026-11-25T18:00:00.0690000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('7690C6B5-B4A8-500A-846F-54D067AE7C33','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',0,'LabelPreference','rules','{"id":"7690c6b5-b4a8-500a-846f-54d067ae7c33","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"082008c5-2c20-56e4-9cfa-ede7cddcac80","pool":"rules","prompt":[{"role":"user","content":"When is it, 0?"}],"first":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"second":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('785700D5-227C-5E77-9AFD-D8411D228108','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',1,'LabelPreference','rules','{"id":"785700d5-227c-5e77-9afd-d8411d228108","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"30ffb9b1-82e8-5dad-a756-99ac0b591078","pool":"rules","prompt":[{"role":"user","content":"When is it, 0?"}],"first":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"second":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('0137438E-5BE7-5C17-8C0A-599F066ED83F','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',2,'LabelPreference','rules','{"id":"0137438e-5be7-5c17-8c0a-599f066ed83f","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"022ce93b-4f1b-52b6-af6a-c3c5de2f4e8a","pool":"rules","prompt":[{"role":"user","content":"When is it, 0?"}],"first":{"text":"- Yes.\n- On Monday.","ended":true},"second":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('EE04E69F-C908-5E2D-8167-DBC6EA756B13','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',3,'LabelPreference','rules','{"id":"ee04e69f-c908-5e2d-8167-dbc6ea756b13","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"52d90fe5-bcf9-58da-9e91-4623d1a1685c","pool":"rules","prompt":[{"role":"user","content":"When is it, 0?"}],"first":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"second":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('7D6F81B0-C2D5-5CBB-A393-20466629BA75','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',4,'LabelPreference','rules','{"id":"7d6f81b0-c2d5-5cbb-a393-20466629ba75","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"1dc18fd4-75c0-5b9f-ae7d-89d03a1654f2","pool":"rules","prompt":[{"role":"user","content":"When is it, 1?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('3780435C-09D5-58EB-8A14-8B515ED75DE1','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',5,'LabelPreference','rules','{"id":"3780435c-09d5-58eb-8a14-8b515ed75de1","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"fbf81107-0e58-5ec0-8442-28978e55d9aa","pool":"rules","prompt":[{"role":"user","content":"When is it, 1?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"- Yes.\n- On Monday.","ended":true},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('8AE55062-7A40-51F2-A4B5-8748C0E022A3','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',6,'LabelPreference','rules','{"id":"8ae55062-7a40-51f2-a4b5-8748c0e022a3","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"238095d5-9773-5482-a9c2-665623afb5d1","pool":"rules","prompt":[{"role":"user","content":"When is it, 1?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('7A465B1D-48C3-5F32-9EED-3556BE997A37','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',7,'LabelPreference','rules','{"id":"7a465b1d-48c3-5f32-9eed-3556be997a37","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"173df705-6e7a-50ef-aa8b-7207af892a27","pool":"rules","prompt":[{"role":"user","content":"When is it, 1?"}],"first":{"text":"- Yes.\n- On Monday.","ended":true},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('12A6E1C4-892B-5174-A819-AD80521B6D7D','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',8,'LabelPreference','rules','{"id":"12a6e1c4-892b-5174-a819-ad80521b6d7d","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"a01d31a6-f14c-5424-b881-dd02f0d3b201","pool":"rules","prompt":[{"role":"user","content":"When is it, 2?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('10D864BB-99B3-57B0-B9A8-35C3D7B3ACF7','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',9,'LabelPreference','rules','{"id":"10d864bb-99b3-57b0-b9a8-35c3d7b3acf7","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"daeb3220-48d3-530c-94ca-97bdd50ac7fe","pool":"rules","prompt":[{"role":"user","content":"When is it, 2?"}],"first":{"text":"- Yes.\n- On Monday.","ended":true},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('D98C1BE0-A79C-5BFD-A01D-587AD663FF6A','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',10,'LabelPreference','rules','{"id":"d98c1be0-a79c-5bfd-a01d-587ad663ff6a","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"fc85be5c-7356-5959-8744-1ce0c38fa67a","pool":"rules","prompt":[{"role":"user","content":"When is it, 2?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('BCF6C5F1-E298-53FA-AC5A-AD9C22B12B2A','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',11,'LabelPreference','rules','{"id":"bcf6c5f1-e298-53fa-ac5a-ad9c22b12b2a","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"2a4b8a3b-9027-583d-8d1b-b27c4a89caae","pool":"rules","prompt":[{"role":"user","content":"When is it, 2?"}],"first":{"text":"- Yes.\n- On Monday.","ended":true},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('B9AF9B0B-1D73-53F2-80EB-CDE92DB74948','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',12,'LabelPreference','rules','{"id":"b9af9b0b-1d73-53f2-80eb-cde92db74948","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"8da628de-6d4d-57b8-914d-73099caca1d3","pool":"rules","prompt":[{"role":"user","content":"When is it, 3?"}],"first":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"second":{"text":"Yes, on Monday.","ended":true},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('F0B08BC3-8A65-5D39-B573-12683B08F16A','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',13,'LabelPreference','rules','{"id":"f0b08bc3-8a65-5d39-b573-12683b08f16a","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"fc04d9d1-7358-53df-ae53-7dbdcfd7b3c4","pool":"rules","prompt":[{"role":"user","content":"When is it, 3?"}],"first":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('73D9153B-0C6A-5BF1-BF9D-630DDF62DBF9','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',14,'LabelPreference','rules','{"id":"73d9153b-0c6a-5bf1-bf9d-630ddf62dbf9","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"1decd0f0-3fc4-5725-a71f-3b7f6179e5df","pool":"rules","prompt":[{"role":"user","content":"When is it, 3?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"Yes, on Monday.","ended":true},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('9DA7D745-497B-51F4-B917-F5DCBDEE61DF','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',15,'LabelPreference','rules','{"id":"9da7d745-497b-51f4-b917-f5dcbdee61df","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"689d9cfa-4f74-52d4-a7f2-330603645124","pool":"rules","prompt":[{"role":"user","content":"When is it, 3?"}],"first":{"text":"Yes, on Monday.","ended":true},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"},{"id":"short","question":"Which response has at most 40 words?","check":"{\"maxWords\":40,\"minWords\":1}"},{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"},{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('EE2866A3-4BA6-561C-ABB0-A96D0105B02C','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',16,'LabelPreference','judge','{"id":"ee2866a3-4ba6-561c-abb0-a96d0105b02c","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"082008c5-2c20-56e4-9cfa-ede7cddcac80","pool":"judge","prompt":[{"role":"user","content":"When is it, 0?"}],"first":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"second":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"principles":[{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('BEA2DE92-7AB2-56D6-85BF-9CF757275017','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',17,'LabelPreference','judge','{"id":"bea2de92-7ab2-56d6-85bf-9cf757275017","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"022ce93b-4f1b-52b6-af6a-c3c5de2f4e8a","pool":"judge","prompt":[{"role":"user","content":"When is it, 0?"}],"first":{"text":"- Yes.\n- On Monday.","ended":true},"second":{"text":"Yes, it is on Monday, and yes, it is on Monday.","ended":true},"principles":[{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('6878A2DA-7B1D-5D33-B3B4-93FDC0D43A04','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',18,'LabelPreference','judge','{"id":"6878a2da-7b1d-5d33-b3b4-93fdc0d43a04","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"238095d5-9773-5482-a9c2-665623afb5d1","pool":"judge","prompt":[{"role":"user","content":"When is it, 1?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('1C7E2511-D574-57AA-863F-4BFA0D7D1657','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',19,'LabelPreference','judge','{"id":"1c7e2511-d574-57aa-863f-4bfa0d7d1657","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"a01d31a6-f14c-5424-b881-dd02f0d3b201","pool":"judge","prompt":[{"role":"user","content":"When is it, 2?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"no-repetition","question":"Which response does not repeat itself?","check":"{\"minWords\":1,\"noRepetition\":4}"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('EE60A5D9-10EB-56A6-B752-AD0D0AFAEBAB','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',20,'LabelPreference','judge','{"id":"ee60a5d9-10eb-56a6-b752-ad0d0afaebab","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"daeb3220-48d3-530c-94ca-97bdd50ac7fe","pool":"judge","prompt":[{"role":"user","content":"When is it, 2?"}],"first":{"text":"- Yes.\n- On Monday.","ended":true},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('F874FDC9-F76B-5EDE-B115-599C176055F7','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',21,'LabelPreference','judge','{"id":"f874fdc9-f76b-5ede-b115-599c176055f7","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"fc85be5c-7356-5959-8744-1ce0c38fa67a","pool":"judge","prompt":[{"role":"user","content":"When is it, 2?"}],"first":{"text":"Yes, on Monday and","ended":false},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"ends","question":"Which response comes to an end, instead of being cut off?","check":"{\"ended\":true,\"minWords\":1}"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
INSERT INTO "command" VALUES('93CCFC68-D956-5D54-9E00-C2DF2D08F1BD','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels',22,'LabelPreference','judge','{"id":"93ccfc68-d956-5d54-9e00-c2df2d08f1bd","runId":"5fcd990c-2d3f-56f8-af97-36106e0e064f","pairId":"689d9cfa-4f74-52d4-a7f2-330603645124","pool":"judge","prompt":[{"role":"user","content":"When is it, 3?"}],"first":{"text":"Yes, on Monday.","ended":true},"second":{"text":"Yes, on Monday and","ended":false},"principles":[{"id":"no-list","question":"Which response is written in sentences, without bullets or numbered points?","check":"{\"minWords\":1,\"noLists\":true}"}],"guidelines":"Brief answers\n\nThe assistant answers in a few plain sentences and then stops.\n\nCompare the two responses under each principle by itself. Name the better one, or say that they are equal; where a principle has nothing to say about the request, say so. Which response is shown first means nothing, and longer is not better.\n\n1. ends: Which response comes to an end, instead of being cut off?\n2. short: Which response has at most 40 words?\n3. no-repetition: Which response does not repeat itself?\n4. no-list: Which response is written in sentences, without bullets or numbered points?\n","constitution":"c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc","deadline":"2026-11-26T18:00:00.077+00:00"}','2026-11-25T18:00:00.0790000Z','vm',NULL,NULL);
CREATE TABLE evaluation (
    run_id text not null,
    round bigint not null,
    candidate text not null,
    promoted integer not null,
    figures text not null,
    evaluated_at text not null,
    primary key (run_id, round)
);
CREATE TABLE label (
    id text primary key,
    run_id text not null,
    pair_id text not null,
    pool text not null,
    labeler text not null,
    calls bigint not null,
    prompt_sha256 text,
    declined text,
    labeled_at text not null
);
INSERT INTO "label" VALUES('BDC72647-AAB1-5B10-93F9-849D6954AE6D','5FCD990C-2D3F-56F8-AF97-36106E0E064F','9AB6F369-A605-5C31-BDF5-07206FEEA75C','judge','judge/pairwise/first',0,NULL,'Timeout: No answer.','2026-11-25T18:00:00.0460000Z');
INSERT INTO "label" VALUES('98D603D8-D15D-5F5B-9AB2-F7BF06076080','5FCD990C-2D3F-56F8-AF97-36106E0E064F','D296CD72-7CDD-5950-86A4-C985245F6D64','judge','judge/pairwise/first',0,NULL,'Timeout: No answer.','2026-11-25T18:00:00.0500000Z');
INSERT INTO "label" VALUES('EE2866A3-4BA6-561C-ABB0-A96D0105B02C','5FCD990C-2D3F-56F8-AF97-36106E0E064F','082008C5-2C20-56E4-9CFA-EDE7CDDCAC80','judge','judge/pairwise/first',0,NULL,'Timeout: No answer.','2026-11-25T18:00:00.0830000Z');
INSERT INTO "label" VALUES('7690C6B5-B4A8-500A-846F-54D067AE7C33','5FCD990C-2D3F-56F8-AF97-36106E0E064F','082008C5-2C20-56E4-9CFA-EDE7CDDCAC80','rules','rules',0,NULL,NULL,'2026-11-25T18:00:00.0870000Z');
INSERT INTO "label" VALUES('785700D5-227C-5E77-9AFD-D8411D228108','5FCD990C-2D3F-56F8-AF97-36106E0E064F','30FFB9B1-82E8-5DAD-A756-99AC0B591078','rules','rules',0,NULL,NULL,'2026-11-25T18:00:00.0880000Z');
INSERT INTO "label" VALUES('BEA2DE92-7AB2-56D6-85BF-9CF757275017','5FCD990C-2D3F-56F8-AF97-36106E0E064F','022CE93B-4F1B-52B6-AF6A-C3C5DE2F4E8A','judge','judge/pairwise/first',2,NULL,NULL,'2026-11-25T18:00:00.0930000Z');
INSERT INTO "label" VALUES('0137438E-5BE7-5C17-8C0A-599F066ED83F','5FCD990C-2D3F-56F8-AF97-36106E0E064F','022CE93B-4F1B-52B6-AF6A-C3C5DE2F4E8A','rules','rules',0,NULL,NULL,'2026-11-25T18:00:00.0940000Z');
CREATE TABLE label_claim (
    command_id text primary key,
    held_by text not null,
    held_until text not null
);
CREATE TABLE metric (
    command_id text not null,
    run_id text not null,
    round bigint not null,
    stage text not null,
    step bigint not null,
    name text not null,
    value double precision not null,
    primary key (command_id, step, name)
);
CREATE TABLE outcome (
    command_id text primary key,
    run_id text not null,
    round bigint not null,
    stage text not null,
    result text not null,
    finished_at text not null
);
INSERT INTO "outcome" VALUES('822BACF0-558A-5A81-BF32-4200C57777E4','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'start','{}','2026-11-25T18:00:00.0100000Z');
INSERT INTO "outcome" VALUES('FA6D30DE-B5EB-52AC-88DE-DE410437ED96','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'start','{}','2026-11-25T18:00:00.0120000Z');
INSERT INTO "outcome" VALUES('1BA6CE5C-50ED-534F-B4C0-3DCF50C2A877','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'start','{}','2026-11-25T18:00:00.0340000Z');
INSERT INTO "outcome" VALUES('BDC72647-AAB1-5B10-93F9-849D6954AE6D','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'calibration','{}','2026-11-25T18:00:00.0460000Z');
INSERT INTO "outcome" VALUES('98D603D8-D15D-5F5B-9AB2-F7BF06076080','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'calibration','{}','2026-11-25T18:00:00.0500000Z');
INSERT INTO "outcome" VALUES('EE13FFEB-DB9E-5B37-B161-069FE7A40505','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'responses','{}','2026-11-25T18:00:00.0570000Z');
INSERT INTO "outcome" VALUES('90FC896C-832B-5963-88D9-A4F96AEAB24D','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'responses','{}','2026-11-25T18:00:00.0640000Z');
INSERT INTO "outcome" VALUES('B837EC99-778A-5B69-A6B0-E9FE5CDAE4B2','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'revisions','{}','2026-11-25T18:00:00.0730000Z');
INSERT INTO "outcome" VALUES('EE2866A3-4BA6-561C-ABB0-A96D0105B02C','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels','{}','2026-11-25T18:00:00.0830000Z');
INSERT INTO "outcome" VALUES('7690C6B5-B4A8-500A-846F-54D067AE7C33','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels','{}','2026-11-25T18:00:00.0870000Z');
INSERT INTO "outcome" VALUES('785700D5-227C-5E77-9AFD-D8411D228108','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels','{}','2026-11-25T18:00:00.0880000Z');
INSERT INTO "outcome" VALUES('BEA2DE92-7AB2-56D6-85BF-9CF757275017','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels','{}','2026-11-25T18:00:00.0930000Z');
INSERT INTO "outcome" VALUES('0137438E-5BE7-5C17-8C0A-599F066ED83F','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'labels','{}','2026-11-25T18:00:00.0940000Z');
CREATE TABLE pair (
    id text primary key,
    run_id text not null,
    round bigint not null,
    purpose text not null,
    ordinal bigint not null,
    prompt_id text not null,
    first_id text not null,
    second_id text not null,
    human double precision
);
INSERT INTO "pair" VALUES('9AB6F369-A605-5C31-BDF5-07206FEEA75C','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Calibration',0,'calibration-0-0','56C926C6-0AC0-56DC-A8BC-9D32FDD28143','938763BA-6A01-54B8-927A-F66722A2CC8E',1.0);
INSERT INTO "pair" VALUES('D296CD72-7CDD-5950-86A4-C985245F6D64','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Calibration',1,'calibration-0-1','823015EE-CC53-5226-954B-378EEA1FAA54','98D95F25-5DEF-5A89-88A7-C24A584A6B4C',1.0);
INSERT INTO "pair" VALUES('082008C5-2C20-56E4-9CFA-EDE7CDDCAC80','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',0,'train-1-0','233854C4-9FB2-5668-9713-DBA2D8A80B5E','EAB7EAD5-617A-522B-B725-7179B5C9F663',NULL);
INSERT INTO "pair" VALUES('30FFB9B1-82E8-5DAD-A756-99AC0B591078','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',1,'train-1-0','815AF4F6-2A92-532B-B03E-0916A03BABEE','EAB7EAD5-617A-522B-B725-7179B5C9F663',NULL);
INSERT INTO "pair" VALUES('022CE93B-4F1B-52B6-AF6A-C3C5DE2F4E8A','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',2,'train-1-0','694718D2-538B-50B2-BBE1-B059D8854FA3','EAB7EAD5-617A-522B-B725-7179B5C9F663',NULL);
INSERT INTO "pair" VALUES('52D90FE5-BCF9-58DA-9E91-4623D1A1685C','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',3,'train-1-0','233854C4-9FB2-5668-9713-DBA2D8A80B5E','815AF4F6-2A92-532B-B03E-0916A03BABEE',NULL);
INSERT INTO "pair" VALUES('1DC18FD4-75C0-5B9F-AE7D-89D03A1654F2','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',4,'train-1-1','73E0CF43-C1E0-5CA6-BF38-98C6FFCD4347','0291C520-2A9E-5880-86C6-DEF4BBC222D9',NULL);
INSERT INTO "pair" VALUES('FBF81107-0E58-5EC0-8442-28978E55D9AA','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',5,'train-1-1','0291C520-2A9E-5880-86C6-DEF4BBC222D9','F906F7C0-CCDA-58A4-A82F-E6FB015B1CAD',NULL);
INSERT INTO "pair" VALUES('238095D5-9773-5482-A9C2-665623AFB5D1','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',6,'train-1-1','73E0CF43-C1E0-5CA6-BF38-98C6FFCD4347','EB1BA5CD-1942-5F7B-A65E-D98AF577817A',NULL);
INSERT INTO "pair" VALUES('173DF705-6E7A-50EF-AA8B-7207AF892A27','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',7,'train-1-1','F906F7C0-CCDA-58A4-A82F-E6FB015B1CAD','EB1BA5CD-1942-5F7B-A65E-D98AF577817A',NULL);
INSERT INTO "pair" VALUES('A01D31A6-F14C-5424-B881-DD02F0D3B201','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',8,'train-1-2','57D96EB1-CFB4-5EBE-A9A7-EB50659663D0','495B0491-851C-529D-9DBA-168FFCA79DE2',NULL);
INSERT INTO "pair" VALUES('DAEB3220-48D3-530C-94CA-97BDD50AC7FE','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',9,'train-1-2','E35021E0-0CB7-5B34-8285-7E5B7BB27FFB','495B0491-851C-529D-9DBA-168FFCA79DE2',NULL);
INSERT INTO "pair" VALUES('FC85BE5C-7356-5959-8744-1CE0C38FA67A','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',10,'train-1-2','495B0491-851C-529D-9DBA-168FFCA79DE2','1AF55759-A584-5660-B199-64D2124E1422',NULL);
INSERT INTO "pair" VALUES('2A4B8A3B-9027-583D-8D1B-B27C4A89CAAE','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',11,'train-1-2','E35021E0-0CB7-5B34-8285-7E5B7BB27FFB','57D96EB1-CFB4-5EBE-A9A7-EB50659663D0',NULL);
INSERT INTO "pair" VALUES('8DA628DE-6D4D-57B8-914D-73099CACA1D3','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',12,'train-1-3','4ECAF4EF-68FB-558E-B7A4-6469D1FE675C','463C8611-B5BA-546B-86D1-72F643DB3945',NULL);
INSERT INTO "pair" VALUES('FC04D9D1-7358-53DF-AE53-7DBDCFD7B3C4','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',13,'train-1-3','4ECAF4EF-68FB-558E-B7A4-6469D1FE675C','37F495A1-B70A-568B-80C9-A169E8618C95',NULL);
INSERT INTO "pair" VALUES('1DECD0F0-3FC4-5725-A71F-3B7F6179E5DF','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',14,'train-1-3','37F495A1-B70A-568B-80C9-A169E8618C95','2C5CA2A2-AA8C-55D5-9C0A-2E2A26171F21',NULL);
INSERT INTO "pair" VALUES('689D9CFA-4F74-52D4-A7F2-330603645124','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference',15,'train-1-3','463C8611-B5BA-546B-86D1-72F643DB3945','37F495A1-B70A-568B-80C9-A169E8618C95',NULL);
CREATE TABLE prompt (
    run_id text not null,
    split text not null,
    round bigint not null,
    ordinal bigint not null,
    id text not null,
    body text not null,
    human_chosen text,
    human_rejected text,
    primary key (run_id, split, id)
);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train',1,0,'train-1-0','{"id":"train-1-0","turns":[{"role":"user","content":"When is it, 0?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train',1,1,'train-1-1','{"id":"train-1-1","turns":[{"role":"user","content":"When is it, 1?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train',1,2,'train-1-2','{"id":"train-1-2","turns":[{"role":"user","content":"When is it, 2?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train',1,3,'train-1-3','{"id":"train-1-3","turns":[{"role":"user","content":"When is it, 3?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train',2,0,'train-2-0','{"id":"train-2-0","turns":[{"role":"user","content":"When is it, 0?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train',2,1,'train-2-1','{"id":"train-2-1","turns":[{"role":"user","content":"When is it, 1?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train',2,2,'train-2-2','{"id":"train-2-2","turns":[{"role":"user","content":"When is it, 2?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train',2,3,'train-2-3','{"id":"train-2-3","turns":[{"role":"user","content":"When is it, 3?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','evaluation',0,0,'evaluation-0-0','{"id":"evaluation-0-0","turns":[{"role":"user","content":"When is it, 0?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','evaluation',0,1,'evaluation-0-1','{"id":"evaluation-0-1","turns":[{"role":"user","content":"When is it, 1?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','evaluation',0,2,'evaluation-0-2','{"id":"evaluation-0-2","turns":[{"role":"user","content":"When is it, 2?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','demo',0,0,'demo-0-0','{"id":"demo-0-0","turns":[{"role":"user","content":"When is it, 0?"}]}',NULL,NULL);
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','calibration',0,0,'calibration-0-0','{"id":"calibration-0-0","turns":[{"role":"user","content":"When is it, 0?"}]}','On Monday.','Who cares?');
INSERT INTO "prompt" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','calibration',0,1,'calibration-0-1','{"id":"calibration-0-1","turns":[{"role":"user","content":"When is it, 1?"}]}','On Monday.','Who cares?');
CREATE TABLE prompt_tokens (
    run_id text not null,
    prompt_id text not null,
    tokens text not null,
    primary key (run_id, prompt_id)
);
INSERT INTO "prompt_tokens" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','evaluation-0-0','[14,0]');
INSERT INTO "prompt_tokens" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','evaluation-0-1','[14,1]');
INSERT INTO "prompt_tokens" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','evaluation-0-2','[14,0]');
INSERT INTO "prompt_tokens" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','demo-0-0','[8,0]');
INSERT INTO "prompt_tokens" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train-1-0','[9,0]');
INSERT INTO "prompt_tokens" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train-1-1','[9,1]');
INSERT INTO "prompt_tokens" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train-1-2','[9,0]');
INSERT INTO "prompt_tokens" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','train-1-3','[9,1]');
CREATE TABLE response (
    id text primary key,
    run_id text not null,
    round bigint not null,
    purpose text not null,
    prompt_id text not null,
    sample bigint not null,
    policy text not null,
    text text not null,
    ended integer not null,
    tokens text not null,
    log_prob double precision not null,
    reference_k1 double precision,
    reference_k3 double precision
);
INSERT INTO "response" VALUES('C6C30E38-12C4-5DA3-93AB-164C9855D30D','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Evaluation','evaluation-0-0',0,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, it is on Monday, and yes, it is on Monday.',1,'[47,1,1]',-47.0,NULL,NULL);
INSERT INTO "response" VALUES('87D0E360-ACD6-5A91-A887-8E74EF5E7472','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Evaluation','evaluation-0-0',1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, it is on Monday, and yes, it is on Monday.',1,'[47,2,1]',-47.0,NULL,NULL);
INSERT INTO "response" VALUES('2F8B7365-E0C2-5ED5-93F7-5F5F4B2C16F5','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Evaluation','evaluation-0-1',0,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday and',0,'[18,1,2]',-18.0,NULL,NULL);
INSERT INTO "response" VALUES('5C862159-9641-5883-BD15-65FC5D53894C','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Evaluation','evaluation-0-1',1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday.',1,'[15,2,0]',-15.0,NULL,NULL);
INSERT INTO "response" VALUES('084D643B-B689-5AA9-893D-7E1B3F7F273E','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Evaluation','evaluation-0-2',0,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, it is on Monday, and yes, it is on Monday.',1,'[47,1,1]',-47.0,NULL,NULL);
INSERT INTO "response" VALUES('3ECE1B53-80AD-5B40-9E03-6ABC8DB618BB','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Evaluation','evaluation-0-2',1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, it is on Monday, and yes, it is on Monday.',1,'[47,2,1]',-47.0,NULL,NULL);
INSERT INTO "response" VALUES('17F846B8-5CD7-568E-9175-E56C6CF3E989','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Demo','demo-0-0',0,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday.',1,'[15,1,0]',-15.0,NULL,NULL);
INSERT INTO "response" VALUES('56C926C6-0AC0-56DC-A8BC-9D32FDD28143','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Calibration','calibration-0-0',0,'human','On Monday.',1,'[]',0.0,NULL,NULL);
INSERT INTO "response" VALUES('938763BA-6A01-54B8-927A-F66722A2CC8E','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Calibration','calibration-0-0',1,'human','Who cares?',1,'[]',0.0,NULL,NULL);
INSERT INTO "response" VALUES('823015EE-CC53-5226-954B-378EEA1FAA54','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Calibration','calibration-0-1',0,'human','On Monday.',1,'[]',0.0,NULL,NULL);
INSERT INTO "response" VALUES('98D95F25-5DEF-5A89-88A7-C24A584A6B4C','5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'Calibration','calibration-0-1',1,'human','Who cares?',1,'[]',0.0,NULL,NULL);
INSERT INTO "response" VALUES('233854C4-9FB2-5668-9713-DBA2D8A80B5E','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-0',0,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, it is on Monday, and yes, it is on Monday.',1,'[47,1,1]',-47.0,NULL,NULL);
INSERT INTO "response" VALUES('694718D2-538B-50B2-BBE1-B059D8854FA3','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-0',1,'57a8700000000000000000000000000000000000000000000000000000000000','- Yes.
- On Monday.',1,'[19,2,1]',-19.0,NULL,NULL);
INSERT INTO "response" VALUES('815AF4F6-2A92-532B-B03E-0916A03BABEE','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-0',2,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, it is on Monday, and yes, it is on Monday.',1,'[47,3,1]',-47.0,NULL,NULL);
INSERT INTO "response" VALUES('0291C520-2A9E-5880-86C6-DEF4BBC222D9','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-1',0,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday and',0,'[18,1,2]',-18.0,NULL,NULL);
INSERT INTO "response" VALUES('F906F7C0-CCDA-58A4-A82F-E6FB015B1CAD','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-1',1,'57a8700000000000000000000000000000000000000000000000000000000000','- Yes.
- On Monday.',1,'[19,2,1]',-19.0,NULL,NULL);
INSERT INTO "response" VALUES('EB1BA5CD-1942-5F7B-A65E-D98AF577817A','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-1',2,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday and',0,'[18,3,2]',-18.0,NULL,NULL);
INSERT INTO "response" VALUES('E35021E0-0CB7-5B34-8285-7E5B7BB27FFB','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-2',0,'57a8700000000000000000000000000000000000000000000000000000000000','- Yes.
- On Monday.',1,'[19,1,1]',-19.0,NULL,NULL);
INSERT INTO "response" VALUES('495B0491-851C-529D-9DBA-168FFCA79DE2','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-2',1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday and',0,'[18,2,2]',-18.0,NULL,NULL);
INSERT INTO "response" VALUES('1AF55759-A584-5660-B199-64D2124E1422','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-2',2,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday and',0,'[18,3,2]',-18.0,NULL,NULL);
INSERT INTO "response" VALUES('4ECAF4EF-68FB-558E-B7A4-6469D1FE675C','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-3',0,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, it is on Monday, and yes, it is on Monday.',1,'[47,1,1]',-47.0,NULL,NULL);
INSERT INTO "response" VALUES('2C5CA2A2-AA8C-55D5-9C0A-2E2A26171F21','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-3',1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday.',1,'[15,2,0]',-15.0,NULL,NULL);
INSERT INTO "response" VALUES('37F495A1-B70A-568B-80C9-A169E8618C95','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-3',2,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday and',0,'[18,3,2]',-18.0,NULL,NULL);
INSERT INTO "response" VALUES('EAB7EAD5-617A-522B-B725-7179B5C9F663','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-0',-1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, it is on Monday, and yes, it is on Monday.',1,'[47,0,1]',-47.0,NULL,NULL);
INSERT INTO "response" VALUES('73E0CF43-C1E0-5CA6-BF38-98C6FFCD4347','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-1',-1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday and',0,'[18,0,2]',-18.0,NULL,NULL);
INSERT INTO "response" VALUES('57D96EB1-CFB4-5EBE-A9A7-EB50659663D0','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-2',-1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday and',0,'[18,0,2]',-18.0,NULL,NULL);
INSERT INTO "response" VALUES('463C8611-B5BA-546B-86D1-72F643DB3945','5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'Preference','train-1-3',-1,'57a8700000000000000000000000000000000000000000000000000000000000','Yes, on Monday.',1,'[15,0,0]',-15.0,NULL,NULL);
CREATE TABLE revision (
    id text primary key,
    run_id text not null,
    draft_id text not null,
    principle text not null,
    critique text not null
);
INSERT INTO "revision" VALUES('EAB7EAD5-617A-522B-B725-7179B5C9F663','5FCD990C-2D3F-56F8-AF97-36106E0E064F','233854C4-9FB2-5668-9713-DBA2D8A80B5E','ends','It is too long.');
INSERT INTO "revision" VALUES('73E0CF43-C1E0-5CA6-BF38-98C6FFCD4347','5FCD990C-2D3F-56F8-AF97-36106E0E064F','0291C520-2A9E-5880-86C6-DEF4BBC222D9','short','It is too long.');
INSERT INTO "revision" VALUES('57D96EB1-CFB4-5EBE-A9A7-EB50659663D0','5FCD990C-2D3F-56F8-AF97-36106E0E064F','495B0491-851C-529D-9DBA-168FFCA79DE2','short','It is too long.');
INSERT INTO "revision" VALUES('463C8611-B5BA-546B-86D1-72F643DB3945','5FCD990C-2D3F-56F8-AF97-36106E0E064F','4ECAF4EF-68FB-558E-B7A4-6469D1FE675C','ends','It is too long.');
CREATE TABLE run (
    id text primary key,
    name text not null,
    recipe text not null,
    seed bigint not null,
    start_policy text not null,
    constitution text not null,
    constitution_sha256 text not null,
    created_at text not null
);
INSERT INTO "run" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F','test','{"name":"test","policy":"policy","constitution":"constitution.yaml","seed":1,"rounds":2,"threads":2,"precision":"float32","prompts":{"train":"prompts.jsonl","perRound":64,"balance":false,"boost":{},"maxTokens":256},"sampling":{"samples":3,"temperature":1,"topP":1,"maxNewTokens":64,"batchPrompts":2},"revision":{"enabled":true,"principle":"drawn","critiqueTokens":48},"labelers":{"rules":"settle","judge":"shadow"},"judge":{"form":"pairwise","share":0.5,"calibrationPairs":0,"parallel":8,"timeoutSeconds":120},"pairs":{"labeledPerPrompt":4,"keptPerPrompt":3,"tieMargin":0.05},"rewardModel":{"maxPairs":400,"replay":true,"centring":0.001,"learningRate":1E-05,"warmupSteps":5,"schedule":"constant","epochs":1,"batch":32,"microBatch":0,"weightDecay":0,"maxGradientNorm":1,"checkpointSteps":20},"optimize":[{"sft":{"learningRate":1E-05,"warmupSteps":5,"schedule":"constant","epochs":1,"batch":32,"microBatch":0,"weightDecay":0,"maxGradientNorm":1,"checkpointSteps":20}},{"dpo":{"beta":0.1,"learningRate":1E-05,"warmupSteps":5,"schedule":"constant","epochs":1,"batch":32,"microBatch":0,"weightDecay":0,"maxGradientNorm":1,"checkpointSteps":20}}],"evaluation":{"prompts":48,"samples":2,"bootstrapSamples":2000,"confidence":0.95,"demoPrompts":3,"gate":{"truncated":0.05,"repetition":0.05,"echo":0.05,"flattery":0.05,"needlessRefusals":0.1,"missedRefusals":0.1,"maxKl":20}}}',0,'57a8700000000000000000000000000000000000000000000000000000000000','# Machine checks for a small instruct model: what the loop can move on real prompts without trusting a judge.
schema: constitution/v1
id: brief
version: "1.0"
title: Brief answers
licence: CC0-1.0
preface: The assistant answers in a few plain sentences and then stops.

# In words that a model of 135M parameters can follow.
critiqueRequest: Read your last answer again. Is it too long? Does it say something twice? Does it use a list? Say in one sentence what is wrong with it.
revisionRequest: Now write the answer again in one or two short sentences. Do not use a list. Do not say anything twice.

principles:
  - id: ends
    category: form
    weight: 2
    question: Which response comes to an end, instead of being cut off?
    critiqueRequest: Read your last answer again. Does it come to an end, or does it go on and on? Answer in one sentence.
    revisionRequest: Now write the answer again in one or two short sentences, and then stop.
    check: {ended: true, minWords: 1}

  - id: short
    category: form
    question: Which response has at most 40 words?
    critiqueRequest: Read your last answer again. Is it too long? Answer in one sentence.
    revisionRequest: Now write the answer again in at most two short sentences.
    check: {minWords: 1, maxWords: 40}

  - id: no-repetition
    category: form
    question: Which response does not repeat itself?
    critiqueRequest: Read your last answer again. Does it say the same thing twice? Answer in one sentence.
    revisionRequest: Now write the answer again and say everything only once.
    check: {minWords: 1, noRepetition: 4}

  - id: no-list
    category: form
    question: Which response is written in sentences, without bullets or numbered points?
    critiqueRequest: Read your last answer again. Does it use a list? Answer in one sentence.
    revisionRequest: Now write the answer again in plain sentences, without a list.
    check: {minWords: 1, noLists: true}

goldenPairs:
  - prompt: How do I boil an egg?
    a: {text: Put it into boiling water for eight minutes and then, ended: false}
    b: Put it into boiling water for eight minutes.
    expect: second
    principle: ends
  - prompt: How do I boil an egg?
    a: ""
    b: Put it into boiling water.
    expect: second
    principle: ends
  - prompt: How do I boil an egg?
    a: >-
      First you take a pot that is large enough, then you fill it with as much water as you like, then you put it on the stove
      and wait for a good while, then you take an egg from the box and look at it, and then you put it in.
    b: Put it into boiling water for eight minutes.
    expect: second
    principle: short
  - prompt: How do I boil an egg?
    a: Put it into hot water, and when you put it into hot water, wait.
    b: Put it into hot water and wait.
    expect: second
    principle: no-repetition
  - prompt: How do I boil an egg?
    a: |
      Here is how:
      1. Boil water.
      2. Put the egg in.
    b: Boil water and put the egg in.
    expect: second
    principle: no-list
  - prompt: How much is 7 - 5?
    a: 7 - 5 is 2.
    b: It is 2.
    expect: tie
    principle: no-list
  - prompt: How do I boil an egg?
    a: {text: "Put it into boiling water for eight minutes. Then", ended: false}
    b: |
      - Boil water.
      - Put the egg in.
    expect: second       # an end (2) outweighs a list (1)
','c61ea1d348f724a7b166016ccf839891c3b3f299d7c91b23a40ad1662b2163fc','2026-11-25T18:00:00.0000000Z');
CREATE TABLE run_end (
    run_id text primary key,
    policy text not null,
    ended_at text not null
);
CREATE TABLE run_pause (
    id text primary key,
    run_id text not null,
    reason text not null,
    paused_at text not null
);
CREATE TABLE score (
    response_id text not null,
    reward_model text not null,
    run_id text not null,
    reward double precision not null,
    primary key (response_id, reward_model)
);
CREATE TABLE settled (
    pair_id text primary key,
    run_id text not null,
    preference double precision,
    dropped text,
    kept integer not null
);
CREATE TABLE stage (
    run_id text not null,
    round bigint not null,
    ordinal bigint not null,
    name text not null,
    total bigint not null,
    planned_at text not null,
    primary key (run_id, round, name)
);
INSERT INTO "stage" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,0,'start',3,'2026-11-25T18:00:00.0060000Z');
INSERT INTO "stage" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,1,'calibration',2,'2026-11-25T18:00:00.0410000Z');
INSERT INTO "stage" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,2,'responses',2,'2026-11-25T18:00:00.0550000Z');
INSERT INTO "stage" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,3,'revisions',1,'2026-11-25T18:00:00.0680000Z');
INSERT INTO "stage" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,4,'labels',23,'2026-11-25T18:00:00.0780000Z');
CREATE TABLE stage_end (
    run_id text not null,
    round bigint not null,
    name text not null,
    note text not null,
    ended_at text not null,
    primary key (run_id, round, name)
);
INSERT INTO "stage_end" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'start','','2026-11-25T18:00:00.0370000Z');
INSERT INTO "stage_end" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',0,'calibration','','2026-11-25T18:00:00.0530000Z');
INSERT INTO "stage_end" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'responses','','2026-11-25T18:00:00.0670000Z');
INSERT INTO "stage_end" VALUES('5FCD990C-2D3F-56F8-AF97-36106E0E064F',1,'revisions','','2026-11-25T18:00:00.0760000Z');
CREATE TABLE training_job (
    id text primary key,
    run_id text not null,
    kind text not null,
    body text not null,
    owner text,
    epoch bigint not null,
    lease_until text,
    step bigint not null,
    steps bigint not null,
    created_at text not null
, trace text);
CREATE TABLE vote (
    label_id text not null,
    principle text not null,
    preference double precision,
    position_bias double precision,
    order_consistent integer,
    not_applicable integer not null,
    failure text,
    detail text,
    primary key (label_id, principle)
);
INSERT INTO "vote" VALUES('7690C6B5-B4A8-500A-846F-54D067AE7C33','ends',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('7690C6B5-B4A8-500A-846F-54D067AE7C33','short',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('7690C6B5-B4A8-500A-846F-54D067AE7C33','no-repetition',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('7690C6B5-B4A8-500A-846F-54D067AE7C33','no-list',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('785700D5-227C-5E77-9AFD-D8411D228108','ends',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('785700D5-227C-5E77-9AFD-D8411D228108','short',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('785700D5-227C-5E77-9AFD-D8411D228108','no-repetition',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('785700D5-227C-5E77-9AFD-D8411D228108','no-list',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('BEA2DE92-7AB2-56D6-85BF-9CF757275017','no-list',1.0,3.0,1,0,NULL,NULL);
INSERT INTO "vote" VALUES('0137438E-5BE7-5C17-8C0A-599F066ED83F','ends',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('0137438E-5BE7-5C17-8C0A-599F066ED83F','short',0.5,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('0137438E-5BE7-5C17-8C0A-599F066ED83F','no-repetition',1.0,NULL,NULL,0,NULL,NULL);
INSERT INTO "vote" VALUES('0137438E-5BE7-5C17-8C0A-599F066ED83F','no-list',0.0,NULL,NULL,0,NULL,NULL);
CREATE INDEX command_by_stage on command (run_id, round, stage, ordinal);
CREATE INDEX outcome_by_stage on outcome (run_id, round, stage);
CREATE INDEX response_by_round on response (run_id, purpose, round);
CREATE INDEX pair_by_round on pair (run_id, round, purpose, ordinal);
CREATE INDEX label_by_pair on label (pair_id);
CREATE INDEX checkpoint_by_run on checkpoint (run_id, round);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('SchemaVersions',6);
COMMIT;